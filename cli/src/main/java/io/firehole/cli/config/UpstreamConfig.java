package io.firehole.cli.config;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The provider.
 *
 * @param endpoint where it is
 * @param token what it wants to see as {@code x-token}; null for none. Never part of {@link #toString}
 */
public record UpstreamConfig(Endpoint endpoint, @Nullable String token) {

    @Override
    public String toString() {
        return "UpstreamConfig[" + endpoint + ", token " + (token == null ? "none" : "hidden") + "]";
    }

    /**
     * An address of the provider.
     *
     * @param host a name or an address, an IPv6 one without brackets
     * @param tls whether the connection is encrypted
     */
    public record Endpoint(String host, int port, boolean tls) {

        private static final int TLS_PORT = 443;
        private static final int PLAIN_PORT = 80;

        /**
         * Reads a URL. Without a scheme it means TLS.
         *
         * @throws IllegalArgumentException if it is none; the text leaves out what may be a secret
         */
        static Endpoint parse(String text) {
            String url = text.strip();
            URI uri;
            try {
                uri = new URI(url.contains("://") ? url : "https://" + url);
            } catch (URISyntaxException malformed) {
                // The exception repeats the text, which may hold a token: it is not kept.
                throw new IllegalArgumentException("not a URL; write it as in https://my.provider:443");
            }
            boolean tls = "https".equalsIgnoreCase(uri.getScheme());
            if (!tls && !"http".equalsIgnoreCase(uri.getScheme())) {
                throw new IllegalArgumentException("the scheme " + uri.getScheme() + " is neither https nor http");
            }
            if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
                throw new IllegalArgumentException(
                        "only scheme, host and port belong here; the token goes into X_TOKEN or upstream.token-file");
            }
            if (uri.getPath() != null
                    && !uri.getPath().isEmpty()
                    && !uri.getPath().equals("/")) {
                throw new IllegalArgumentException(
                        "a gRPC endpoint has no path; only scheme, host and port belong here");
            }
            String host = uri.getHost();
            if (host == null || uri.getPort() > 65_535) {
                throw new IllegalArgumentException(
                        "no host and port to be found; write it as in https://my.provider:443");
            }
            if (host.startsWith("[")) {
                host = host.substring(1, host.length() - 1);
            }
            int port = uri.getPort() >= 0 ? uri.getPort() : tls ? TLS_PORT : PLAIN_PORT;
            return new Endpoint(host, port, tls);
        }

        @Override
        public String toString() {
            return (tls ? "https://" : "http://") + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }
}
