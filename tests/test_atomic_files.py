"""Files are written whole; what is no file is written to and never replaced."""

import os
import stat
import threading

import pytest

from statuspool_mock.atomic_files import write_whole
from statuspool_mock.conformance.passive.recording import Recording


def record(path, content):
    with Recording(path, base="http://a.example/v1", version=content.decode()):
        pass


WRITERS = pytest.mark.parametrize("write", [write_whole, record])


@WRITERS
def test_a_pipe_is_written_to(tmp_path, write):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    write(path, b"whole")
    reader.join()
    assert b"whole" in read[0]
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert list(tmp_path.iterdir()) == [path]


@WRITERS
def test_the_null_device_stays_a_device(tmp_path, write):
    """Through a link: should this fail, it must not cost the machine its /dev/null."""
    link = tmp_path / "null"
    link.symlink_to(os.devnull)
    write(link, b"whole")
    assert link.is_symlink()
    assert list(tmp_path.iterdir()) == [link]


@WRITERS
def test_what_a_link_leads_to_is_replaced_and_not_the_link(tmp_path, write):
    (tmp_path / "elsewhere").mkdir()
    file, link = tmp_path / "elsewhere" / "file", tmp_path / "link"
    link.symlink_to(file)
    for content in (b"first", b"second"):
        write(link, content)
        assert link.is_symlink()
        assert content in file.read_bytes()
    assert [path.name for path in file.parent.iterdir()] == ["file"]
