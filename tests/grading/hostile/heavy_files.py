"""Uploads that are too heavy, too long or too clever: each costs its learner the upload, nobody else.

A function makes the one file of its learner: its name and its bytes.
"""

import io
import json
import zipfile

from upload_kit import archive, notebook

A = "06_pruning"
LEARNER_CAP = 20_000_000  # in these tests
HEAVY = {}  # how → the words of the refusal, and the function


def heavy(words: str):
    """Register a file and what its refusal says."""

    def register(make):
        HEAVY[make.__name__] = words, make
        return make

    return register


def loose(**parts: str) -> bytes:
    """A notebook of these JSON texts."""
    parts = {"metadata": "{}", "cells": "[]", "nbformat": "4"} | parts
    return ("{" + ",".join(f'"{key}":{text}' for key, text in parts.items()) + "}").encode()


def cell(source: str = '"x"', metadata: str = "{}") -> str:
    return f'{{"cell_type":"code","id":"x","source":{source},"metadata":{metadata},"outputs":[]}}'


# What a notebook may hold.


@heavy("括弧が 1,000,000 個を超えています")
def many_objects():
    """6 MB that nbformat makes 4.6 GB of."""
    return "mallory.ipynb", loose(metadata=f'{{"x":[{"{}," * 2_000_000}0]}}')


@heavy("括弧が 1,000,000 個を超えています")
def many_lists_for_a_text():
    return "mallory.ipynb", loose(cells=f"[{cell(source='[' + '[],' * 1_000_000 + '0]')}]")


@heavy("20,000 個を超えています")
def some_lists_for_a_text():
    return "mallory.ipynb", loose(cells=f"[{cell(source='[' + '[],' * 20_000 + '0]')}]")


@heavy("20,000 個を超えています")
def one_id_for_ten_thousand_cells():
    """nbformat warns of each, on every reading."""
    return "mallory.ipynb", loose(cells=f"[{','.join([cell()] * 10_000)}]")


@heavy("20,000 個を超えています")
def many_keys():
    return "mallory.ipynb", loose(metadata="{" + '"":0,' * 1_000_000 + '"":0}')


@heavy("10,000,000 文字を超えています")
def a_long_text():
    return "mallory.ipynb", loose(cells=f"[{cell(source=json.dumps('x' * 11_000_000))}]")


@heavy("100 段より深く入れ子")
def deep_lists():
    return "mallory.ipynb", loose(metadata=f'{{"x":{"[" * 3_000_000}')


@heavy("100 段より深く入れ子")
def deep_grade_id():
    marks = '{"nbgrader":' * 200 + "1" + "}" * 200
    return "mallory.ipynb", loose(cells=f"[{cell(metadata=marks)}]")


@heavy("ノートブックとして読めません")
def a_long_number():
    """Python reads a number of a million digits for hours."""
    return "mallory.ipynb", loose(cells=f"[{cell(source='9' * 1_000_000)}]")


@heavy("ノートブックとして読めません")
def a_text_without_an_end():
    return "mallory.ipynb", loose(metadata='{"x":"' + '\\"' * 2_000_000)


@heavy("ノートブックとして読めません")
def two_notebooks_in_one():
    return "mallory.ipynb", notebook() * 2


# What an archive may hold.


def with_names(data: bytes, names: list[str]) -> bytes:
    """An archive whose list of names calls its one member by each of these."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("first", data)
        for name in names:
            again = zipfile.ZipInfo(name)
            for field in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(again, field, getattr(file.filelist[0], field))
            file.filelist.append(again)
    return stream.getvalue()


@heavy("同じ場所を指しています")
def one_member_by_many_names():
    """252 kB that were read as 60 × 20 MB."""
    inner = archive({f"{A}.ipynb": notebook("x" * 1_000_000)})
    return "mallory.zip", with_names(inner, [f"{number}.zip" for number in range(60)])


@heavy("名前の一覧が")
def a_list_of_long_names():
    """zipfile makes an object of every name before it says how many there are."""
    return "mallory.zip", with_names(b"", [f"{n}{'x' * 60_000}" for n in range(70)])


@heavy("20,001 個の名前")
def many_names():
    return "mallory.zip", archive({f"{number}": b"" for number in range(20_001)})


@heavy("名前が 1,000 文字を超えています")
def a_long_name():
    """A pattern that tries again at every character took a minute for it."""
    return "mallory.zip", archive({" (1)" * 16_000 + "x.ipynb": notebook()})


@heavy("名前が 1,000 文字を超えています")
def a_long_name_of_a_folder():
    return "mallory.zip", archive({" copy" * 13_000 + f"/{A}.ipynb": notebook()})


@heavy(f"合わせて {LEARNER_CAP:,} バイトを超えています")
def archives_in_an_archive():
    """No notebook in any of them: it is the archives that are read."""
    inner = bytes(LEARNER_CAP // 5) + archive({"x": b""})
    return "mallory.zip", archive({f"{A} ({number}).zip": inner for number in range(5)})
