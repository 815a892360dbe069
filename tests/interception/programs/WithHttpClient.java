// A user's program, with Java's own two clients.
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

class WithHttpClient {
    static final String MONITORS = "https://api.statuspool.io/v1/monitors?limit=1";
    static final String KEY = "Bearer YOUR_API_KEY";

    public static void main(String[] arguments) throws Exception {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(MONITORS)).header("Authorization", KEY).build();
        System.out.println(
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
        HttpURLConnection connection = (HttpURLConnection) new URL(MONITORS).openConnection();
        connection.setRequestProperty("Authorization", KEY);
        System.out.println(connection.getResponseCode());
    }
}
