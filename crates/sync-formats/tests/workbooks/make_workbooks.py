#!/usr/bin/env python3
"""Makes the workbooks of this folder, which tests read.

    python3 make_workbooks.py FOLDER

Needs openpyxl, xlwt and msoffcrypto-tool, and LibreOffice (`soffice`). The files differ in their time stamps from run to
run, so they are made once and kept; what matters is written down here.

    kinds.xlsx            by openpyxl: every kind of cell; formulas without results
    kinds.libreoffice.*   the same, saved by LibreOffice as .xlsx, .xls and .ods: formulas with results
    kinds.xlwt.xls        by xlwt: numbers packed in its other ways, texts that go on in further records
    kinds.xlsb            records written here, byte by byte, since nothing free writes this format
    epoch1904.*           days counted from 1904
    protected.xlsx        opens with the password "keel" only
"""
import datetime
import pathlib
import struct
import subprocess
import sys
import zipfile

import msoffcrypto.format.ooxml
import openpyxl
import xlwt

LONG = "hull and keel " * 700


def kinds(path, epoch1904=False):
    book = openpyxl.Workbook()
    if epoch1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "Kinds"
    # Nothing stands in rows 1 to 3 and columns A and B.
    rows = [
        ["text", "Größe 顧客 📊 <&>\"'", "two\nlines", " spaces ", "'=1+1"],
        ["numbers", 5, 0.25, 1234567890123, -1e-7],
        ["dates", datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 13, 5), datetime.time(13, 5), None],
        ["booleans", True, False, None, None],
        None,
        ["formulas", "=1+1", '="a"&"b"', "=1=1", "=DATE(2024,2,29)"],
        ["merged", "over four", None, "after", None],
        [None, None, None, "below", None],
        ["durations", datetime.timedelta(hours=36, minutes=15), None, None, 42],
    ]
    for row, cells in enumerate(rows, 4):
        for column, value in enumerate(cells or [], 3):
            cell = sheet.cell(row, column)
            if isinstance(value, str) and value.startswith("'="):
                cell.value = value[1:]
                cell.data_type = "s"
            else:
                cell.value = value
    sheet["G9"].number_format = "yyyy-mm-dd"
    sheet["G12"].number_format = "00000"
    sheet["D12"].number_format = "[h]:mm:ss"
    sheet.merge_cells("D10:E11")
    hidden = book.create_sheet("Not shown")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "hidden"
    errors = book.create_sheet("Errors")
    errors["A1"] = "fine"
    errors["B2"] = "=1/0"
    long = book.create_sheet("Long")
    for row in range(1, 4):
        long.cell(row, 1).value = "%d %s" % (row, LONG)
    book.save(path)


def libreoffice(source, ending, target):
    folder = target.parent / "converted"
    subprocess.run(["soffice", "--headless", "--convert-to", ending, "--outdir", str(folder), str(source)],
                   check=True, stdout=subprocess.DEVNULL)
    (folder / (source.stem + "." + ending.split(":")[0])).replace(target)
    folder.rmdir()


def with_xlwt(path, epoch1904=False):
    book = xlwt.Workbook()
    book.dates_1904 = epoch1904
    sheet = book.add_sheet("Kinds")
    date = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for column, number in enumerate([1, 2, 3.5, 1234567890123, 0.01, -7]):
        sheet.write(2, 2 + column, number)
    sheet.write(3, 0, datetime.date(2024, 2, 29), date)
    sheet.write(3, 1, True)
    sheet.write_merge(4, 5, 0, 1, "merged")
    sheet.write(6, 0, xlwt.Formula("1+1"))
    # Together they do not fit into one record, and both widths are split.
    for row in range(10, 20):
        sheet.write(row, 0, "%d %s" % (row, LONG[:3000]))
        sheet.write(row, 1, "%d %s" % (row, "顧客" * 1500))
    book.save(path)


def wide(text):
    units = text.encode("utf-16-le")
    return struct.pack("<I", len(units) // 2) + units


def record(kind, data=b""):
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, groups = len(data), bytearray()
    while True:
        groups.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return head + bytes(groups) + data


def xlsb(path):
    def cell(kind, column, data, style=0):
        return record(kind, struct.pack("<II", column, style) + data)

    def row(number):
        return record(0, struct.pack("<I", number) + bytes(21))

    def packed(number, hundredth=False):
        return struct.pack("<i", number << 2 | 2 | hundredth)

    workbook = b"".join([
        record(131), record(153, struct.pack("<II", 0, 0) + wide("")), record(143),
        record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Kinds")),
        record(156, struct.pack("<II", 1, 2) + wide("rId2") + wide("Not shown")),
        record(144), record(132)])
    styles = b"".join([
        record(278), record(615, struct.pack("<I", 1)), record(44, struct.pack("<H", 164) + wide("[h]:mm:ss")), record(616),
        record(626, struct.pack("<I", 1)), record(47, struct.pack("<HH", 0xFFFF, 14) + bytes(12)), record(627),
        record(617, struct.pack("<I", 3)), record(47, struct.pack("<HH", 0, 0) + bytes(12)),
        record(47, struct.pack("<HH", 0, 14) + bytes(12)), record(47, struct.pack("<HH", 0, 164) + bytes(12)),
        record(618), record(279)])
    strings = b"".join([
        record(159, struct.pack("<II", 2, 2)), record(19, b"\0" + wide("text")), record(19, b"\0" + wide("Größe 顧客 📊")),
        record(160)])
    sheet = b"".join([
        record(129), record(147, bytes(23)), record(148, struct.pack("<IIII", 3, 8, 2, 6)), record(145),
        row(3), cell(7, 2, struct.pack("<I", 0)), cell(7, 3, struct.pack("<I", 1)), cell(6, 4, wide("two\nlines")),
        cell(62, 5, b"\0" + wide("rich")), cell(1, 6, b""),
        row(4), cell(2, 2, packed(5)), cell(2, 3, packed(25, True)), cell(5, 4, struct.pack("<d", 1234567890123)),
        cell(2, 5, struct.pack("<Q", struct.unpack("<Q", struct.pack("<d", 1.5))[0])[4:]),
        row(5), cell(2, 2, packed(45351), 1), cell(5, 3, struct.pack("<d", 45351 + 13 / 24 + 5 / 1440), 1),
        cell(5, 4, struct.pack("<d", 1.5104166666666667), 2),
        row(6), cell(4, 2, b"\1"), cell(4, 3, b"\0"),
        row(8), cell(9, 2, struct.pack("<d", 2) + struct.pack("<HII", 0, 0, 0)),
        cell(8, 3, wide("ab") + struct.pack("<HII", 0, 0, 0)), cell(10, 4, b"\1" + struct.pack("<HII", 0, 0, 0)),
        record(146), record(177, struct.pack("<I", 1)), record(176, struct.pack("<IIII", 9, 10, 3, 4)), record(178),
        record(130)])
    hidden = b"".join([record(129), record(148, bytes(16)), record(145), row(0), cell(6, 0, wide("hidden")), record(146),
                       record(130)])
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    package = "http://schemas.openxmlformats.org/package/2006/"

    def relations(*targets):
        inner = "".join('<Relationship Id="rId%d" Type="%s%s" Target="%s"/>' % (number, relation, kind, target)
                        for number, (kind, target) in enumerate(targets, 1))
        return '<Relationships xmlns="%srelationships">%s</Relationships>' % (package, inner)

    parts = {
        "[Content_Types].xml": '<Types xmlns="%scontent-types"><Default Extension="bin" ContentType="application/'
        'vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>' % package,
        "_rels/.rels": relations(("officeDocument", "xl/workbook.bin")),
        "xl/_rels/workbook.bin.rels": relations(
            ("worksheet", "worksheets/sheet1.bin"), ("worksheet", "worksheets/sheet2.bin"), ("styles", "styles.bin"),
            ("sharedStrings", "sharedStrings.bin")),
        "xl/workbook.bin": workbook, "xl/styles.bin": styles, "xl/sharedStrings.bin": strings,
        "xl/worksheets/sheet1.bin": sheet, "xl/worksheets/sheet2.bin": hidden,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


def main():
    folder = pathlib.Path(sys.argv[1])
    kinds(folder / "kinds.xlsx")
    for ending in ["xlsx", "xls", "ods"]:
        libreoffice(folder / "kinds.xlsx", ending, folder / ("kinds.libreoffice." + ending))
    kinds(folder / "epoch1904.xlsx", epoch1904=True)
    for ending in ["xls", "ods"]:
        libreoffice(folder / "epoch1904.xlsx", ending, folder / ("epoch1904." + ending))
    with_xlwt(folder / "kinds.xlwt.xls")
    xlsb(folder / "kinds.xlsb")
    with open(folder / "protected.xlsx", "wb") as target, open(folder / "kinds.xlsx", "rb") as source:
        msoffcrypto.format.ooxml.OOXMLFile(source).encrypt("keel", target)


if __name__ == "__main__":
    main()
