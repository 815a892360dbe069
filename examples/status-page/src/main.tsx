import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { connect } from "./api";
import { App } from "./App";
import "./style.css";

// Everybody can read the key of a page: use a read-only key, or send requests through a backend.
const {
  VITE_STATUSPOOL_URL: url = "http://127.0.0.1:4747/v1",
  VITE_STATUSPOOL_KEY: key = "sp_test_demo.ro",
  VITE_POLL_SECONDS: pollSeconds = "15",
} = import.meta.env;

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App api={connect(url, key)} pollSeconds={Number(pollSeconds)} />
  </StrictMode>,
);
