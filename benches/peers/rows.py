"""The rows of a table of a SQLite file as PostgreSQL's COPY reads them: rows.py FILE TABLE COLUMN,COLUMN,…"""

import sqlite3
import sys

file, table, columns = sys.argv[1:]


def field(value):
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


for row in sqlite3.connect(file).execute(f"SELECT {columns} FROM {table}"):
    print("\t".join(map(field, row)))
