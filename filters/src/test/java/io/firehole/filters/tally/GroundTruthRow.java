package io.firehole.filters.tally;

import io.firehole.filters.Recordings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One row of the ground truth in {@code data/README.md}: a filter and what it must pass of a recording.
 *
 * @param no its number on the page
 * @param file the recording
 * @param kind the kind of the filter, as the schema's field
 * @param commitment of the stream
 * @param filter the filter as JSON
 * @param expected how many updates
 * @param ids the start of the hash of their identifiers
 */
record GroundTruthRow(int no, String file, String kind, String commitment, String filter, int expected, String ids) {

    private static final String CHAPTER = "## Ground truth";

    /** The request with this one filter. */
    String request() {
        return "{\"" + kind + "\":{\"row\":" + filter + "},\"commitment\":\"" + commitment + "\"}";
    }

    @Override
    public String toString() {
        return "row " + no + ": " + kind + " " + filter + " on " + file + " at " + commitment;
    }

    /** All rows, found by the columns of their tables; a table's heading says what its columns do not. */
    static List<GroundTruthRow> readAll() {
        String page = Recordings.page();
        String chapter = page.substring(page.indexOf(CHAPTER));
        int end = chapter.indexOf("\n## ", 1);
        List<GroundTruthRow> rows = new ArrayList<>();
        List<String> heading = List.of();
        List<String> columns = List.of();
        for (String line : chapter.substring(0, end).lines().toList()) {
            if (line.startsWith("### ")) {
                heading = List.of(line.substring(4).split(", "));
            } else if (line.startsWith("| no ")) {
                columns = cells(line);
            } else if (line.startsWith("| ") && !columns.isEmpty()) {
                rows.add(row(heading, columns, cells(line)));
            }
        }
        return rows;
    }

    private static GroundTruthRow row(List<String> heading, List<String> columns, List<String> cells) {
        String kind = columns.contains("kind") ? cells.get(columns.indexOf("kind")) : heading.get(0);
        String file = columns.contains("file") ? cells.get(columns.indexOf("file")) : heading.get(1);
        int commitment = columns.indexOf("stream commitment");
        return new GroundTruthRow(
                Integer.parseInt(cells.get(columns.indexOf("no"))),
                file,
                kind,
                commitment < 0 ? "PROCESSED" : cells.get(commitment),
                unquoted(cells.get(columns.indexOf("filter"))),
                Integer.parseInt(cells.get(columns.indexOf("expected")).replace(",", "")),
                unquoted(cells.get(columns.indexOf("ids"))));
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList();
    }

    private static String unquoted(String code) {
        if (code.length() < 2 || !code.startsWith("`") || !code.endsWith("`")) {
            throw new IllegalArgumentException("not code: " + code);
        }
        return code.substring(1, code.length() - 1);
    }
}
