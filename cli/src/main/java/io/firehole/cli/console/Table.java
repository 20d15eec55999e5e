package io.firehole.cli.console;

import java.util.ArrayList;
import java.util.List;

/** Rows with columns, for a terminal of 80 characters. One thread. */
public final class Table {

    private static final String CUT = "~";

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * A column.
     *
     * @param title its heading
     * @param max how many characters of a value are shown
     * @param number whether it stands to the right
     */
    public record Column(String title, int max, boolean number) {

        /** One of words. */
        public static Column words(String title, int max) {
            return new Column(title, max, false);
        }

        /** One of numbers. */
        public static Column number(String title, int max) {
            return new Column(title, max, true);
        }
    }

    public Table(Column... columns) {
        this.columns = List.of(columns);
    }

    /** One more row. */
    public void row(Object... values) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            row.add(cut(plain(String.valueOf(values[i])), columns.get(i).max()));
        }
        rows.add(row);
    }

    /** The heading and the rows; each column as wide as it needs to be. */
    public List<String> lines() {
        List<List<String>> all = new ArrayList<>();
        all.add(columns.stream().map(Column::title).toList());
        all.addAll(rows);
        List<String> lines = new ArrayList<>();
        for (List<String> row : all) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns.size(); i++) {
                int at = i;
                int width = all.stream()
                        .mapToInt(each -> each.get(at).length())
                        .max()
                        .orElse(1);
                String pad = " ".repeat(width - row.get(i).length());
                line.append(i == 0 ? "" : "  ");
                line.append(columns.get(i).number() ? pad + row.get(i) : row.get(i) + pad);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** A text of somebody else's without what would move a terminal's cursor. */
    public static String plain(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max - 1) + CUT;
    }
}
