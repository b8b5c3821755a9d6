//! Cells of every kind become text, at their places.

use sync_formats::{ExcelReader, ExcelWarning, RowReader, Sheet};

use crate::excel_support::{Parts, error, read, row, rows, rows_of};

#[test]
fn numbers_are_shortest_decimals() {
    let cells = rows_of(
        r#"<row r="1"><c r="A1"><v>5</v></c><c r="B1"><v>5.0</v></c><c r="C1" t="n"><v>1.234567890123E+12</v></c>
           <c r="D1"><v>0.25</v></c><c r="E1"><v>1.1000000000000001</v></c><c r="F1"><v> -7 </v></c></row>"#,
    );
    assert_eq!(cells, [row(1, ["5", "5", "1234567890123", "0.25", "1.1", "-7"])]);
}

#[test]
fn dates_times_and_durations_are_told_by_their_formats() {
    let rows_xml = r#"<row r="1"><c r="A1" s="1"><v>45351</v></c><c r="B1" s="1"><v>45351.545138888886</v></c>
        <c r="C1" s="2"><v>1.5104166666666667</v></c><c r="D1" s="0"><v>45351</v></c><c r="E1" s="9"><v>1</v></c>
        <c r="F1" t="d"><v>2024-02-29T00:00:00.000</v></c><c r="G1" s="1"><v>0.5</v></c></row>"#;
    let parts = Parts::with_rows(rows_xml).with_styles();
    let expected = ["2024-02-29", "2024-02-29T13:05:00", "36:15:00", "45351", "1", "2024-02-29", "12:00:00"];
    assert_eq!(rows(parts.pack()), [row(1, expected)]);

    let workbook =
        r#"<workbook><workbookPr date1904="1"/><sheets><sheet name="Tables" r:id="r1"/></sheets></workbook>"#;
    let parts = parts.with("xl/workbook.xml", workbook);
    assert_eq!(rows(parts.pack())[0].1[0], "2028-03-01");
}

#[test]
fn number_that_is_no_date_stays_a_number_with_a_warning() {
    let parts = Parts::with_rows(r#"<row r="3"><c r="B3" s="1"><v>60</v></c><c r="C3" s="1"><v>-1</v></c></row>"#);
    let read = read(parts.with_styles().pack());
    assert_eq!(read.rows, [row(3, ["", "60", "-1"])]);
    let no_date =
        |place: &str, number: &str| ExcelWarning::NoDate { place: place.to_owned(), number: number.to_owned() };
    assert_eq!(read.warnings, [no_date("Tables!B3", "60"), no_date("Tables!C3", "-1")]);
}

#[test]
fn booleans_are_words() {
    let cells = rows_of(
        r#"<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c><c r="C1" t="b"><v>true</v></c></row>"#,
    );
    assert_eq!(cells, [row(1, ["true", "false", "true"])]);
}

#[test]
fn error_in_a_cell_ends_the_table_with_its_place() {
    let file = Parts::with_rows(
        r#"<row r="16"><c r="A16"><v>1</v></c></row><row r="17"><c r="C17" t="e"><v>#N/A</v></c></row>"#,
    );
    let read = read(file.pack());
    assert_eq!(read.rows, [row(16, ["1"])]);
    let error = read.error.expect("the cell is an error");
    assert_eq!(error.to_string(), "Tables!C17: the cell holds the error #N/A instead of a value");
    assert_eq!((error.place(), error.line(), error.column(), error.position().row), ("Tables!C17", 17, 3, 17));
}

#[test]
fn formula_counts_by_its_result() {
    let read = read(
        Parts::with_rows(
            r#"<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>"a"&amp;"b"</f><v>a &amp; b</v></c>
               <c r="C2"><f t="shared" si="0"/><v>3</v></c><c r="D2"><f>1</f></c><c r="E2"><f>1</f><v></v></c>
               <c r="F2" t="str"><f>""</f><v></v></c><c r="G2" t="str"><f>x</f><v>_x0041_</v></c></row>"#,
        )
        .pack(),
    );
    assert_eq!(read.rows, [row(2, ["2", "a & b", "3", "", "", "", "A"])]);
    let without = |place: &str| ExcelWarning::FormulaWithoutValue { place: place.to_owned() };
    assert_eq!(read.warnings, [without("Tables!D2"), without("Tables!E2")]);
}

#[test]
fn merged_cells_count_as_their_first_one_and_are_reported() {
    let sheet = r#"<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"/></row></sheetData>
        <mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="D4:E4"></mergeCell></mergeCells>"#;
    let read = read(Parts::with_rows("").with_sheet(sheet).pack());
    assert_eq!(read.rows, [row(1, ["1"])]);
    let merged = |area: &str| ExcelWarning::Merged { area: area.to_owned() };
    assert_eq!(read.warnings, [merged("Tables!A1:B2"), merged("Tables!D4:E4")]);
}

#[test]
fn warnings_are_bounded() {
    let rows: String = (1..=150).map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\"><f>x</f></c></row>")).collect();
    let mut reader =
        ExcelReader::new(std::io::Cursor::new(Parts::with_rows(&rows).pack()), &Sheet::First).expect("it is good");
    assert!(reader.next_row().expect("it is good").is_none());
    assert_eq!((reader.warnings().len(), reader.warnings_left_out()), (100, 50));
}

#[test]
fn table_that_begins_at_c4_keeps_its_columns_and_rows() {
    let cells = rows_of(
        r#"<row r="4" spans="3:5"><c r="C4"><v>1</v></c><c r="E4"><v>2</v></c></row><row r="5"/><row r="6"></row>
           <row r="7"><c r="C7" s="1"/></row><row r="1000000"><c r="AA1000000"><v>3</v></c></row>"#,
    );
    let mut last = vec![String::new(); 26];
    last.push("3".to_owned());
    assert_eq!(cells, [row(4, ["", "", "1", "", "2"]), (1_000_000, last)]);
}

#[test]
fn cells_without_names_follow_each_other() {
    let cells = rows_of(
        r#"<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c t="inlineStr"><is><t>x</t></is></c></row>
           <row r="9"><c r="C9"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>
           <row><c r="B12"><v>6</v></c></row>"#,
    );
    let expected =
        [row(1, ["1", "2"]), row(2, ["", "x"]), row(9, ["", "", "3", "4"]), row(10, ["5"]), row(12, ["", "6"])];
    assert_eq!(cells, expected);
}

#[test]
fn cells_out_of_order_stand_where_they_belong() {
    assert_eq!(
        rows_of(r#"<row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c><c r="C1"><v>4</v></c></row>"#),
        [row(1, ["1", "", "4"])]
    );
}

#[test]
fn texts_lose_their_runs_and_keep_everything_else() {
    let strings = r#"<si><t>plain</t></si><si><r><rPr><b/></rPr><t>rich </t></r><r><t xml:space="preserve"> text</t></r></si>
        <si><t>顧客</t><rPh sb="0" eb="1"><t>こきゃく</t></rPh><phoneticPr fontId="1"/></si><si><t/></si><si/><si><t></t></si>
        <si><t xml:space="preserve"> a &amp;&lt;&gt;&quot;&apos;&#65;&#x42; </t></si><si><t>_x0009_|_x000D__x005F_x0041_ _x00e4_</t></si>
        <si><t><![CDATA[<&]]> x</t></si><si><t>_xD83D__xDCA1_ _xD83D_ _x12G4_ _X0041_</t></si><si><t>last</t></si>"#;
    let cells: String = (0..11).map(|index| format!("<c t=\"s\"><v>{index}</v></c>")).collect();
    let expected = [
        "plain",
        "rich  text",
        "顧客",
        "",
        "",
        "",
        " a &<>\"'AB ",
        "\t|\r_x0041_ ä",
        "<& x",
        "💡 \u{FFFD} _x12G4_ _X0041_",
        "last",
    ];
    let parts = Parts::with_rows(&format!("<row>{cells}</row>")).with_strings(strings);
    assert_eq!(rows(parts.pack()), [row(1, expected)]);
}

#[test]
fn text_within_a_cell_is_as_rich_as_shared_text() {
    let cells = rows_of(concat!(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>a&amp;_x000A_</t></is></c>"#,
        r#"<c r="B1" t="inlineStr"><is><t xml:space="preserve"> b"#,
        "\r\nb\r",
        r#"</t></is></c><c r="C1" t="inlineStr"><is><r><t>c</t></r><r><t>d</t></r><rPh><t>no</t></rPh></is></c>"#,
        r#"<c r="D1" t="inlineStr"><is><t><![CDATA[</row>]]></t></is></c></row>"#,
    ));
    assert_eq!(cells, [row(1, ["a&\n", " b\nb\n", "cd", "</row>"])]);
}

#[test]
fn prefixes_quotes_comments_and_unknown_elements_make_no_difference() {
    let sheet = r#"<x:worksheet xmlns:x="main"><x:dimension ref="A1:ZZ9"/><!-- <row> --><x:sheetData><x:row r='1' x:ht="15">
        <x:c t='s' r = 'B1' cm="1"><x:v>0</x:v><x:extLst><x:ext><x:v>9</x:v></x:ext></x:extLst></x:c><!--c--><?pi?>
        <x:c r="C1" foo:t="e"><x:f>a&gt;b</x:f><x:v>7</x:v></x:c><x:other><x:c r="D1"><x:v>8</x:v></x:c></x:other>
        </x:row></x:sheetData></x:worksheet>"#;
    let parts =
        Parts::with_rows("").with("xl/worksheets/sheet1.xml", sheet).with_strings("<x:si><x:t>shared</x:t></x:si>");
    assert_eq!(rows(parts.pack()), [row(1, ["", "shared", "7"])]);
}

#[test]
fn wide_rows_and_long_texts_are_read_whole() {
    let long = "hull ".repeat(6_553);
    let cells: String = (0..300).map(|_| format!("<c t=\"inlineStr\"><is><t>{long}</t></is></c>")).collect();
    let read = rows_of(&format!("<row>{cells}</row><row><c><v>1</v></c></row>"));
    assert_eq!(read.len(), 2);
    assert!(read[0].1.len() == 300 && read[0].1.iter().all(|cell| *cell == long));
    assert_eq!(read[1], row(2, ["1"]));
}

#[test]
fn places_are_called_as_formulas_call_them() {
    let workbook = r#"<workbook><sheets><sheet name="Tom&apos;s sheet" r:id="r1"/></sheets></workbook>"#;
    let parts = Parts::with_rows(r#"<row r="17"><c r="C17"><v>1</v></c></row>"#).with("xl/workbook.xml", workbook);
    let mut reader = ExcelReader::new(std::io::Cursor::new(parts.pack()), &Sheet::First).expect("it is good");
    let position = reader.next_row().expect("it is good").expect("there is a row").position();
    let place = reader.place_of(position, b"", 2);
    assert_eq!((place.name.as_str(), place.row, place.number), ("'Tom''s sheet'!C17", 17, 3));
    assert_eq!((place.line, place.column, place.offset, place.length), (17, 3, 0, 0));
    assert_eq!(reader.place_of(position, b"", 16_383).name, "'Tom''s sheet'!XFD17");
}

#[test]
fn cell_that_cannot_be_read_is_named() {
    for (cell, expected) in [
        (
            r#"<c r="C17" t="s"><v>5</v></c>"#,
            "Tables!C17: this is no workbook that can be read: the shared text 5 of 0 is not there",
        ),
        (
            r#"<c r="C17"><v>1,5</v></c>"#,
            "Tables!C17: this is no workbook that can be read: the cell's value \"1,5\" is no number",
        ),
        (
            r#"<c r="C17" s="1"><v>soon</v></c>"#,
            "Tables!C17: this is no workbook that can be read: the cell's value \"soon\" is no number",
        ),
        (
            r#"<c r="C17" t="b"><v>maybe</v></c>"#,
            "Tables!C17: this is no workbook that can be read: the cell's value \"maybe\" is no boolean",
        ),
        (
            r#"<c r="C17" t="z"><v>1</v></c>"#,
            "Tables!C17: this is no workbook that can be read: a cell of the unknown type \"z\"",
        ),
        (
            r#"<c r="17"><v>1</v></c>"#,
            "Tables!17:17: this is no workbook that can be read: the cell's name \"17\" is none",
        ),
        (
            r#"<c r="C17" t="str"><v>&nbsp;</v></c>"#,
            "Tables!C17: this is no workbook that can be read: an unknown or unfinished entity",
        ),
        (r#"<c r="XFE17"><v>1</v></c>"#, "Tables!XFE17: a row of more than 16384 cells"),
    ] {
        let parts = Parts::with_rows(&format!("<row r=\"17\">{cell}</row>")).with_styles();
        assert_eq!(error(parts.pack()), expected);
    }
    let mut sheet =
        b"<worksheet><sheetData><row r=\"2\"><c r=\"B2\" t=\"inlineStr\"><is><t>\xE4</t></is></c></row>".to_vec();
    sheet.extend_from_slice(b"</sheetData></worksheet>");
    let parts = Parts::with_rows("").with("xl/worksheets/sheet1.xml", sheet);
    assert_eq!(error(parts.pack()), "Tables!B2: bytes that are not UTF-8; tables are read as UTF-8 only");
}
