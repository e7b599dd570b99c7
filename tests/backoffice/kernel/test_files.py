"""A file a page loads has an address that lives as long as its bytes."""

from pathlib import Path

from backoffice.kernel import files


def folder(path: Path, **contents: str) -> Path:
    path.mkdir()
    for name, text in contents.items():
        (path / name).write_text(text)
    return path


def test_the_same_files_have_the_same_address_wherever_they_lie(tmp_path: Path) -> None:
    one = folder(tmp_path / "a", x="1", y="2")
    assert files.digest(one) == files.digest(folder(tmp_path / "b", y="2", x="1"))


def test_a_changed_a_renamed_and_a_moved_byte_change_it(tmp_path: Path) -> None:
    """What a browser kept is never shown for what is there now."""
    versions = [
        {"x": "1", "y": "2"},
        {"x": "1", "y": "3"},
        {"x": "1", "z": "2"},
        {"x": "12", "y": ""},
        {"x": "1"},
    ]
    seen = {files.digest(folder(tmp_path / str(n), **one)) for n, one in enumerate(versions)}
    assert len(seen) == len(versions)
