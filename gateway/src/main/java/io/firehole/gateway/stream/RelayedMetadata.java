package io.firehole.gateway.stream;

import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The metadata of a relayed call, and what of it stays here. Stateless, any thread.
 *
 * <p>Tokens pass in neither direction: the client's is ours, and the provider's is nobody else's. What belongs to HTTP, to gRPC
 * or to a connection is said anew by each side.
 */
public final class RelayedMetadata {

    private static final String BINARY = "-bin";

    /** What gRPC takes for a name. */
    private static final Pattern NAME = Pattern.compile("[0-9a-z_.-]+");

    /** What never goes from one side to the other. */
    private static final Set<String> KEPT = Set.of(
            "x-token",
            "authorization",
            "proxy-authorization",
            "cookie",
            "set-cookie",
            "host",
            "te",
            "trailer",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "proxy-connection",
            "upgrade",
            "http2-settings",
            "content-type",
            "content-length",
            "content-encoding",
            "accept-encoding",
            "user-agent",
            "server",
            "date",
            "x-monitor-id",
            "x-subscription-id",
            "x-frequency");

    private RelayedMetadata() {}

    /** Whether metadata of that name may be relayed at all. */
    public static boolean isRelayed(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return NAME.matcher(lower).matches() && !lower.startsWith("grpc-") && !KEPT.contains(lower);
    }

    /**
     * For the provider.
     *
     * @throws IllegalArgumentException if a binary value is not base64, or a name or value is none of gRPC's
     */
    static Metadata up(List<HeaderField> fields) {
        Metadata metadata = new Metadata();
        for (HeaderField field : fields) {
            if (!isRelayed(field.name())) {
                continue;
            }
            if (field.name().endsWith(BINARY)) {
                Metadata.Key<byte[]> key = Metadata.Key.of(field.name(), Metadata.BINARY_BYTE_MARSHALLER);
                for (String value : field.value().split(",", -1)) {
                    metadata.put(key, Base64.getDecoder().decode(value.strip()));
                }
            } else {
                metadata.put(Metadata.Key.of(field.name(), Metadata.ASCII_STRING_MARSHALLER), field.value());
            }
        }
        return metadata;
    }

    /** For the client. */
    static List<HeaderField> down(Metadata metadata) {
        List<HeaderField> fields = new ArrayList<>();
        for (String name : metadata.keys()) {
            if (!isRelayed(name)) {
                continue;
            }
            if (name.endsWith(BINARY)) {
                Iterable<byte[]> values = metadata.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
                for (byte[] value : values == null ? List.<byte[]>of() : values) {
                    fields.add(new HeaderField(
                            name, Base64.getEncoder().withoutPadding().encodeToString(value)));
                }
            } else {
                Iterable<String> values = metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
                for (String value : values == null ? List.<String>of() : values) {
                    fields.add(new HeaderField(name, value));
                }
            }
        }
        return fields;
    }
}
