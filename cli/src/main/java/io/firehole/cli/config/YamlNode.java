package io.firehole.cli.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A piece of a YAML file that remembers its line, which Jackson's own tree forgets. */
sealed interface YamlNode {

    /** Deeper than any key of ours; a file that nests further is refused. */
    int DEPTH_MAX = 16;

    /** Where it begins, counted from 1. */
    int line();

    /**
     * A single value.
     *
     * @param text as written, without quotes; empty for nothing at all
     */
    record Scalar(String text, int line) implements YamlNode {}

    /** A list. */
    record Sequence(List<YamlNode> items, int line) implements YamlNode {}

    /** Names with values, in the order of the file. */
    record Mapping(Map<String, YamlNode> entries, int line) implements YamlNode {}

    /**
     * Reads a file's text. An empty file is an empty mapping.
     *
     * @throws SyntaxException if it is no YAML, or uses what a configuration has no use for
     */
    static YamlNode parse(String text) throws SyntaxException {
        try (JsonParser parser = YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build()
                .createParser(text)) {
            if (parser.nextToken() == null) {
                return new Mapping(Map.of(), 1);
            }
            YamlNode root = read(parser, 0);
            if (parser.nextToken() != null) {
                throw new SyntaxException(line(parser), "a second document begins; only one is read");
            }
            return root;
        } catch (JsonProcessingException malformed) {
            int line = malformed.getLocation() == null
                    ? 1
                    : malformed.getLocation().getLineNr();
            throw new SyntaxException(
                    line,
                    Objects.requireNonNullElse(malformed.getOriginalMessage(), "not YAML")
                            .strip());
        } catch (IOException unexpected) {
            throw new SyntaxException(1, String.valueOf(unexpected.getMessage()));
        }
    }

    private static YamlNode read(JsonParser parser, int depth) throws IOException, SyntaxException {
        int line = line(parser);
        if (depth > DEPTH_MAX) {
            throw new SyntaxException(line, "nests deeper than " + DEPTH_MAX + " levels");
        }
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw new SyntaxException(line, "aliases (*name) are not read; write the value out");
        }
        return switch (Objects.requireNonNull(parser.currentToken())) {
            case START_OBJECT -> {
                Map<String, YamlNode> entries = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    entries.put(name, read(parser, depth + 1));
                }
                yield new Mapping(entries, line);
            }
            case START_ARRAY -> {
                List<YamlNode> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(read(parser, depth + 1));
                }
                yield new Sequence(items, line);
            }
            case VALUE_NULL -> new Scalar("", line);
            default -> new Scalar(parser.getText(), line);
        };
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    /** The text is not a configuration file. */
    final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int line;

        SyntaxException(int line, String message) {
            super(message);
            this.line = line;
        }

        int line() {
            return line;
        }
    }
}
