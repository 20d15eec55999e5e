package io.firehole.gateway;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpHeadersBuilder;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.firehole.gateway.stream.HeaderField;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.GrpcStatusText;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import java.util.List;

/** Answers as gRPC writes them over HTTP. Stateless, any thread. */
final class GrpcReplies {

    static final String CONTENT_TYPE = "application/grpc";

    private static final String ENCODING = "grpc-encoding";
    private static final String ACCEPT_ENCODING = "grpc-accept-encoding";
    private static final String STATUS = "grpc-status";
    private static final String MESSAGE = "grpc-message";

    private GrpcReplies() {}

    /** The headers of a call that is served, its messages packed like that. */
    static ResponseHeaders headers(MessageEncoding encoding) {
        return headers(encoding, List.of());
    }

    /** The same with metadata. */
    static ResponseHeaders headers(MessageEncoding encoding, List<HeaderField> metadata) {
        ResponseHeadersBuilder headers = start();
        metadata.forEach(field -> headers.add(field.name(), field.value()));
        if (encoding != MessageEncoding.IDENTITY) {
            headers.set(ENCODING, encoding.wireName());
        }
        return headers.build();
    }

    /** The trailers that end a call. */
    static HttpHeaders trailers(GrpcStatus status) {
        HttpHeaders code = HttpHeaders.of(STATUS, String.valueOf(status.code().number()));
        return status.message().isEmpty()
                ? code
                : code.toBuilder()
                        .set(MESSAGE, GrpcStatusText.encode(status.message()))
                        .build();
    }

    /** The same with metadata. */
    static HttpHeaders trailers(GrpcStatus status, List<HeaderField> metadata) {
        if (metadata.isEmpty()) {
            return trailers(status);
        }
        HttpHeadersBuilder trailers = trailers(status).toBuilder();
        metadata.forEach(field -> trailers.add(field.name(), field.value()));
        return trailers.build();
    }

    /**
     * A call that ends before it has begun: the status in the headers, and nothing else. Clients that reconnect by themselves
     * count this as a failure and stop; after an answer with separate headers they would call again at once, for ever.
     */
    static HttpResponse refusal(GrpcStatus status) {
        return HttpResponse.of(onlyTrailers(status, List.of()));
    }

    /** All that the client of such a call gets. */
    static ResponseHeaders onlyTrailers(GrpcStatus status, List<HeaderField> metadata) {
        return start().add(trailers(status, metadata)).endOfStream(true).build();
    }

    /** The whole answer of a unary call. */
    static HttpResponse unary(byte[] message) {
        return HttpResponse.of(
                headers(MessageEncoding.IDENTITY),
                HttpData.wrap(MessageHeader.frame(message)),
                trailers(GrpcStatus.OK));
    }

    private static ResponseHeadersBuilder start() {
        return ResponseHeaders.builder(HttpStatus.OK)
                .set(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE)
                .set(ACCEPT_ENCODING, MessageEncoding.ACCEPTED);
    }
}
