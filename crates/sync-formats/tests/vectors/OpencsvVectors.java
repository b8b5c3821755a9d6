import com.opencsv.CSVParser;
import com.opencsv.CSVParserBuilder;
import com.opencsv.CSVReader;
import com.opencsv.CSVReaderBuilder;
import com.opencsv.exceptions.CsvMalformedLineException;
import java.io.BufferedReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Prints what opencsv reads from many texts, one JSON object a line. See README.md beside this file. */
public final class OpencsvVectors {
    /** Separator, quote and escape. */
    private static final String[] DIALECTS = {
        ";\"\\", ";\"\\", ";\"\\", ",\"\\", "\t\"\\", "|'^", ";'\"", " \"\\", ";\" ", "§«¦", "→\"\\", ";€\\", ";\"é",
        ";\0\\", ";\"\0", ";\0\0", "ab\\", "\"x;",
    };
    private static final int TEXTS_FOR_EACH = 72;

    /** Texts worth a look of their own, with the default parameters and every setting of the switches. */
    private static final String[] CHOSEN = {
        "a;;\"\"", "\"a\"\"b\";c", "\"a\\\"b\";c", "a\\;b;c", "x;\\;b", "\"a\\\\b\";c", "C:\\temp\\x;c", "\"a\\nb\"",
        "\"a\\\";c", "x;  \"a;b\";c", "x;  a;c", "x;\"a;b\"  ;c", "abcd\"c;d\"e;f", "a\"b\"c;d", "a;\"b\";c",
        "\"a\nb\";c", "\"a\r\nb\";c", "\"a\rb\";c", "", "\n", "\r\n", "\r", "a\n\nb\n", "a\rb\r\nc\n", "a;b", "a;b\n",
        ";", ";\n;", "\"", "\"\"", "\"\"\"", "\"\"\"\"", "a\\", "\\", "\"a\\\n\";b", "\"a\n\n\nb\";c;\"d\ne\"\nf",
        // Where a quote stands in its line is counted in units of UTF-16.
        "éé\"c;d\"e", "ééé\"c;d\"e", "😀\"c;d\"e", "😀😀\"c;d\"e", "a😀\"c;d\"e", "€€\"c;d\"e", "€€€\"c;d\"e",
        "\"a\nb\"c;d\"e;f", "\"a\nbcd\"c;d\"e;f", "\"a\n  \"b;c\";d", "x; \n\"a\";b", "x;\"\n  \"a\";b",
        "a;b\"\"c;d", "a;\"b\"\"", "a;b\"\"\"c;d", "\"a\";\"b\"x;\"c\"", "\"a\" ;\"b\" ;\"c\"", "name;\"first\nsecond\"\n",
    };

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (int switches = 0; switches < 4; switches++) {
            for (String text : CHOSEN) {
                print(out, ";\"\\", switches, text);
            }
        }
        for (char c = 0; c < Character.MAX_VALUE; c++) {
            boolean near = c < ' ' || "\u0085\u00A0\u180E\u200B\u2060\uFEFF".indexOf(c) >= 0;
            if ((near || Character.isWhitespace(c) || Character.isSpaceChar(c)) && c != '\n' && c != '\r') {
                print(out, ";\"\\", 2, "xy;" + c + "\"a;b\";c");
            }
        }
        Random random = new Random(4180);
        for (String dialect : DIALECTS) {
            for (int switches = 0; switches < 4; switches++) {
                for (int number = 0; number < TEXTS_FOR_EACH; number++) {
                    print(out, dialect, switches, randomText(random, dialect));
                }
            }
        }
    }

    private static String randomText(Random random, String dialect) {
        String[] others = {"a", "b", "c", "xyz", " ", "  ", "\t", "\n", "\n", "\r\n", "\r", "é", "€", "😀", "\u00A0", "\u2003", "\0"};
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 14);
        while (length-- > 0) {
            int kind = random.nextInt(9);
            String separator = dialect.substring(0, 1);
            String quote = dialect.substring(1, 2);
            String escape = dialect.substring(2, 3);
            switch (kind) {
                case 0: case 1: text.append(separator); break;
                case 2: case 3: text.append(quote); break;
                case 4: text.append(escape); break;
                case 5: text.append(quote).append(separator); break;
                default: text.append(others[random.nextInt(others.length)]);
            }
        }
        return text.toString();
    }

    private static CSVParser parser(String dialect, int switches) {
        return new CSVParserBuilder()
            .withSeparator(dialect.charAt(0))
            .withQuoteChar(dialect.charAt(1))
            .withEscapeChar(dialect.charAt(2))
            .withStrictQuotes((switches & 1) != 0)
            .withIgnoreLeadingWhiteSpace((switches & 2) != 0)
            .build();
    }

    private static void print(PrintStream out, String dialect, int switches, String text) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        CSVParser parser = parser(dialect, switches);
        BufferedReader lines = new BufferedReader(new StringReader(text));
        List<String> row = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            row.addAll(Arrays.asList(parser.parseLineMulti(line)));
            if (!parser.isPending()) {
                rows.add(row);
                row = new ArrayList<>();
            }
        }
        boolean open = parser.isPending();
        compareWithReader(rows, open, dialect, switches, text);

        StringBuilder json = new StringBuilder("{\"d\":");
        string(json, dialect);
        json.append((switches & 1) != 0 ? ",\"s\":true" : "").append((switches & 2) != 0 ? ",\"w\":true" : "");
        string(json.append(",\"t\":"), text);
        json.append(",\"r\":[");
        for (int i = 0; i < rows.size(); i++) {
            json.append(i > 0 ? ",[" : "[");
            for (int j = 0; j < rows.get(i).size(); j++) {
                string(json.append(j > 0 ? "," : ""), rows.get(i).get(j));
            }
            json.append(']');
        }
        out.print(json.append(open ? "],\"open\":true}\n" : "]}\n"));
    }

    /** The reader that most programs use on top of the parser has to see the same rows. */
    private static void compareWithReader(List<List<String>> rows, boolean open, String dialect, int switches, String text)
            throws Exception {
        List<List<String>> read = new ArrayList<>();
        boolean failed = false;
        try (CSVReader reader = new CSVReaderBuilder(new StringReader(text)).withCSVParser(parser(dialect, switches)).build()) {
            for (String[] row = reader.readNext(); row != null; row = reader.readNext()) {
                read.add(Arrays.asList(row));
            }
        } catch (CsvMalformedLineException error) {
            failed = true;
        }
        if (failed != open || !read.equals(rows)) {
            throw new IllegalStateException("parser and reader differ: " + text + "\n" + rows + "\n" + read);
        }
    }

    private static void string(StringBuilder json, String text) {
        json.append('"');
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c == '\n') {
                json.append("\\n");
            } else if (c == '\r') {
                json.append("\\r");
            } else if (c < ' ' || Character.isSpaceChar(c) && c != ' ' || c >= '\u200B' && c <= '\u2060' || c == '\uFEFF' || c == '\u0085') {
                json.append(String.format("\\u%04X", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
