package io.firehole.pool.transport.grpc;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How connections to a provider are kept.
 *
 * @param keepAliveEvery how long a connection may be silent before it is asked for a sign of life (an HTTP/2 PING),
 *     with calls on it or without; zero for never
 * @param keepAliveTimeout how long the answer may take before the connection is given up
 * @param maxMessageBytes the largest message accepted. Blocks with everything in them have tens of megabytes
 * @param maxMetadataBytes the largest list of headers accepted
 * @param flowControlWindowBytes how much the provider may send ahead of what we have read, per connection and per stream
 * @param eventLoops threads for all connections together
 * @param userAgent who we say we are; grpc-java adds itself
 * @param trustedCertificates a PEM file with the authorities to trust instead of the platform's; null for the platform's
 */
public record GrpcTransportSettings(
        Duration keepAliveEvery,
        Duration keepAliveTimeout,
        int maxMessageBytes,
        int maxMetadataBytes,
        int flowControlWindowBytes,
        int eventLoops,
        String userAgent,
        @Nullable Path trustedCertificates) {

    /** What fits a provider somewhere on the Internet. */
    public static final GrpcTransportSettings DEFAULT = new GrpcTransportSettings(
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            1 << 30,
            64 << 10,
            8 << 20,
            Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4),
            "firehole/" + version(),
            null);

    private static final int HTTP2_WINDOW_MIN = 65_535;
    private static final int METADATA_MIN = 16 << 10;

    public GrpcTransportSettings {
        if (keepAliveEvery.isNegative()) {
            throw new IllegalArgumentException("keep-alive: the interval must not be negative, was " + keepAliveEvery);
        }
        if (!keepAliveTimeout.isPositive()) {
            throw new IllegalArgumentException("keep-alive: the timeout must be positive, was " + keepAliveTimeout);
        }
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException("the largest message must have at least 1 byte, was " + maxMessageBytes);
        }
        if (maxMetadataBytes < METADATA_MIN) {
            throw new IllegalArgumentException("the largest list of headers must have at least " + METADATA_MIN
                    + " bytes, was " + maxMetadataBytes);
        }
        if (flowControlWindowBytes < HTTP2_WINDOW_MIN) {
            throw new IllegalArgumentException("the flow-control window must have at least " + HTTP2_WINDOW_MIN
                    + " bytes, was " + flowControlWindowBytes);
        }
        if (eventLoops < 1) {
            throw new IllegalArgumentException("there must be at least 1 event loop, was " + eventLoops);
        }
    }

    /** The same with another keep-alive. */
    public GrpcTransportSettings withKeepAlive(Duration every, Duration timeout) {
        return new GrpcTransportSettings(
                every,
                timeout,
                maxMessageBytes,
                maxMetadataBytes,
                flowControlWindowBytes,
                eventLoops,
                userAgent,
                trustedCertificates);
    }

    /** The same with another name. */
    public GrpcTransportSettings withUserAgent(String newUserAgent) {
        return new GrpcTransportSettings(
                keepAliveEvery,
                keepAliveTimeout,
                maxMessageBytes,
                maxMetadataBytes,
                flowControlWindowBytes,
                eventLoops,
                newUserAgent,
                trustedCertificates);
    }

    /** The same with that many threads. */
    public GrpcTransportSettings withEventLoops(int newEventLoops) {
        return new GrpcTransportSettings(
                keepAliveEvery,
                keepAliveTimeout,
                maxMessageBytes,
                maxMetadataBytes,
                flowControlWindowBytes,
                newEventLoops,
                userAgent,
                trustedCertificates);
    }

    /** The same, trusting only the authorities in that PEM file. */
    public GrpcTransportSettings withTrustedCertificates(Path pem) {
        return new GrpcTransportSettings(
                keepAliveEvery,
                keepAliveTimeout,
                maxMessageBytes,
                maxMetadataBytes,
                flowControlWindowBytes,
                eventLoops,
                userAgent,
                pem);
    }

    private static String version() {
        String packaged = GrpcTransportSettings.class.getPackage().getImplementationVersion();
        return packaged == null ? "dev" : packaged;
    }
}
