package io.firehole.console.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;

/**
 * An answer: data, or a problem in the form of RFC 9457, or something that is no JSON. Immutable.
 *
 * @param status its status
 * @param type what is sent
 * @param content what is sent
 * @param headers beside those that every answer has, and in place of them
 */
public record Reply(HttpStatus status, MediaType type, HttpData content, HttpHeaders headers) {

    /** What is repeated of a question at the most, in characters. */
    private static final int ECHO_MAX = 120;

    /** Less than that goes in one packet either way, in bytes. */
    private static final int PACKED_FROM = 1_024;

    private static final MediaType PROBLEM = MediaType.parse("application/problem+json");

    /** Makes the nodes of answers. */
    public static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Those data, in the form that all answers of the console have. */
    public static Reply data(JsonNode data) {
        return document(HttpStatus.OK, enveloped(data));
    }

    /** The same envelope, for who has more to say in it. */
    public static ObjectNode enveloped(JsonNode data) {
        ObjectNode body = JSON.objectNode().put("success", true);
        body.set("data", data);
        return body;
    }

    /** That document as it is. */
    public static Reply document(HttpStatus status, JsonNode document) {
        return text(status, MediaType.JSON_UTF_8, document.toString());
    }

    /** Something else. */
    public static Reply text(HttpStatus status, MediaType type, String text) {
        return new Reply(status, type, HttpData.ofUtf8(text), HttpHeaders.of());
    }

    /** A question that cannot be answered, and why; the text says what can be asked instead. */
    public static Reply problem(HttpStatus status, String detail) {
        return text(
                status,
                PROBLEM,
                JSON.objectNode()
                        .put("success", false)
                        .put("type", "about:blank")
                        .put("title", status.reasonPhrase())
                        .put("status", status.code())
                        .put("detail", detail)
                        .toString());
    }

    /** The same with one more header, or with another value of one that every answer has. */
    public Reply with(CharSequence name, String value) {
        return new Reply(
                status, type, content, headers.toBuilder().set(name, value).build());
    }

    /**
     * The same packed, if it is long enough and they take it so. What brings an encoding or a tag of its own stays as it is.
     *
     * @param acceptEncoding that header of the question; empty if there is none
     */
    Reply packedFor(String acceptEncoding) {
        if (content.length() < PACKED_FROM
                || headers.contains(HttpHeaderNames.CONTENT_ENCODING)
                || headers.contains(HttpHeaderNames.ETAG)) {
            return this;
        }
        Reply varying = with(HttpHeaderNames.VARY, "accept-encoding");
        return acceptEncoding.contains("gzip")
                ? new Reply(status, type, HttpData.wrap(Gzip.packed(content.array())), varying.headers)
                        .with(HttpHeaderNames.CONTENT_ENCODING, "gzip")
                : varying;
    }

    /** A text of somebody else's, as it may be repeated. */
    public static String shortened(String text) {
        return text.length() <= ECHO_MAX ? text : text.substring(0, ECHO_MAX) + "...";
    }

    /** As it is sent. */
    public HttpResponse response() {
        return response(false);
    }

    /** @param toAction whether the path takes a POST as well */
    HttpResponse response(boolean toAction) {
        ResponseHeaders all = ResponseHeaders.builder(status)
                .contentType(type)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'")
                .set(HttpHeaderNames.REFERRER_POLICY, "no-referrer")
                .set(HttpHeaderNames.ALLOW, toAction ? "GET, HEAD, POST" : "GET, HEAD")
                .set(headers)
                .build();
        return content.isEmpty() ? HttpResponse.of(all) : HttpResponse.of(all, content);
    }
}
