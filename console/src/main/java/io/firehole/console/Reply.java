package io.firehole.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;

/**
 * An answer: data, or a problem in the form of RFC 9457. Immutable once made.
 *
 * @param status its status
 * @param body what is sent
 */
record Reply(HttpStatus status, ObjectNode body) {

    /** What is repeated of a question at the most, in characters. */
    private static final int ECHO_MAX = 120;

    private static final MediaType PROBLEM = MediaType.parse("application/problem+json");

    /** Makes the nodes of answers. */
    static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Those data. */
    static Reply data(JsonNode data) {
        ObjectNode body = JSON.objectNode().put("success", true);
        body.set("data", data);
        return new Reply(HttpStatus.OK, body);
    }

    /** A question that cannot be answered, and why; the text says what can be asked instead. */
    static Reply problem(HttpStatus status, String detail) {
        return new Reply(
                status,
                JSON.objectNode()
                        .put("success", false)
                        .put("type", "about:blank")
                        .put("title", status.reasonPhrase())
                        .put("status", status.code())
                        .put("detail", detail));
    }

    /** A text of somebody else's, as it may be repeated. */
    static String shortened(String text) {
        return text.length() <= ECHO_MAX ? text : text.substring(0, ECHO_MAX) + "...";
    }

    HttpResponse response() {
        return response(false);
    }

    /** @param toAction whether the path takes a POST as well */
    HttpResponse response(boolean toAction) {
        boolean good = status.isSuccess();
        ResponseHeaders headers = ResponseHeaders.builder(status)
                .contentType(good ? MediaType.JSON_UTF_8 : PROBLEM)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'")
                .set(HttpHeaderNames.ALLOW, toAction ? "GET, HEAD, POST" : "GET, HEAD")
                .build();
        return HttpResponse.of(headers, HttpData.ofUtf8(body.toString()));
    }
}
