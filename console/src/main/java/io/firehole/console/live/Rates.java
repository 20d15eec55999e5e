package io.firehole.console.live;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How fast something grows, each per second: over the last second, and over the last minute or since it began, if that is
 * less.
 *
 * @param messages1s over a second
 * @param bytes1s over a second
 * @param messages60s over a minute
 * @param bytes60s over a minute
 */
public record Rates(double messages1s, double bytes1s, double messages60s, double bytes60s) {

    /** Nothing grows. */
    public static final Rates NONE = new Rates(0, 0, 0, 0);

    /** Both together. */
    public Rates plus(Rates other) {
        return new Rates(
                messages1s + other.messages1s,
                bytes1s + other.bytes1s,
                messages60s + other.messages60s,
                bytes60s + other.bytes60s);
    }

    /** As it stands in answers. */
    public ObjectNode shown() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("messagesPerSecond", rounded(messages1s))
                .put("bytesPerSecond", Math.round(bytes1s))
                .put("messagesPerSecond60s", rounded(messages60s))
                .put("bytesPerSecond60s", Math.round(bytes60s));
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
