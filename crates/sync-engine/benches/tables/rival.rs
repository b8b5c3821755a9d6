//! What people write by hand for the same job, row by row and with the fast libraries.

/// Semicolon-separated text to a JSON array of commands: csv and orjson.
pub(crate) const CSV: &str = r#"
import csv, os, orjson
OFFICE = "Warehouse Office"
def command(r):
    domain = {"name": "Physical " + r[0], "community": {"name": OFFICE}}
    return {
        "resourceType": "Asset",
        "identifier": {"name": r[0] + ">" + r[1] + ">" + r[2], "domain": domain},
        "displayName": r[2],
        "type": {"name": "Column"},
        "attributes": {
            "Description": [{"value": r[4]}],
            "Technical Data Type": [{"value": r[3]}],
            "Is Nullable": [{"value": r[5]}],
            "Column Position": [{"value": r[6]}],
        },
        "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [{"name": r[0] + ">" + r[1], "domain": domain}]},
        "tags": [r[7], r[8]],
    }
count = 0
with open(os.environ["BENCH_INPUT"], newline="", encoding="utf-8") as source:
    with open(os.environ["BENCH_OUTPUT"], "wb", buffering=1 << 20) as out:
        rows = csv.reader(source, delimiter=";")
        next(rows)
        out.write(b"[\n")
        separator = b""
        for r in rows:
            out.write(separator)
            out.write(orjson.dumps(command(r)))
            separator = b",\n"
            count += 1
        out.write(b"\n]\n")
"#;

/// The same from a workbook: openpyxl, reading only.
pub(crate) fn excel() -> String {
    let rows = "        rows = load_workbook(os.environ[\"BENCH_INPUT\"], read_only=True, data_only=True).worksheets[0]\\\n            .iter_rows(values_only=True)\n";
    CSV.replace("import csv, os, orjson", "import os, orjson\nfrom openpyxl import load_workbook")
        .replace("with open(os.environ[\"BENCH_INPUT\"], newline=\"\", encoding=\"utf-8\") as source:", "if True:")
        .replace("        rows = csv.reader(source, delimiter=\";\")\n", rows)
}
