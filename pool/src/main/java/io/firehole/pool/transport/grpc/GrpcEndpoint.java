package io.firehole.pool.transport.grpc;

import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ledger.LedgerName;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider listens and how it knows us.
 *
 * @param host a name or an address; an IPv6 address without brackets
 * @param port from 1 to 65535
 * @param tls whether the connection is encrypted
 * @param token sent with every call; null if the provider wants none
 * @param tokenKey the header that carries the token, in lower case
 */
public record GrpcEndpoint(
        String host, int port, boolean tls, @Nullable AccessToken token, String tokenKey) {

    /** The header most providers read. */
    public static final String DEFAULT_TOKEN_KEY = "x-token";

    private static final int TLS_PORT = 443;
    private static final int PLAINTEXT_PORT = 80;
    private static final int PORT_MAX = 65_535;
    private static final Pattern HEADER = Pattern.compile("[0-9a-z_.-]+");

    public GrpcEndpoint {
        if (host.isBlank()) {
            throw new IllegalArgumentException("endpoint: the host is missing");
        }
        if (port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("endpoint: the port must be from 1 to " + PORT_MAX + ", was " + port);
        }
        if (!HEADER.matcher(tokenKey).matches() || tokenKey.endsWith("-bin")) {
            throw new IllegalArgumentException(
                    "endpoint: the token's header must have lower-case letters, digits, '-', '_'"
                            + " and '.' only and not end in -bin, was '" + tokenKey + "'");
        }
    }

    /**
     * Reads {@code https://host:port}, {@code http://host:port} (not encrypted) or {@code host:port} (encrypted). Without
     * a port it is 443, or 80 for {@code http}.
     *
     * @throws IllegalArgumentException if it is anything else. The message shows neither path nor query: some providers
     *     print URLs with the token in them
     */
    public static GrpcEndpoint parse(String url) {
        String trimmed = url.trim();
        if (trimmed.isEmpty()) {
            throw new IllegalArgumentException("endpoint: the URL is empty; wanted is something like https://host:443");
        }
        URI uri = uri(trimmed.contains("://") ? trimmed : "https://" + trimmed);
        boolean tls = switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
            case "https" -> true;
            case "http" -> false;
            default ->
                throw new IllegalArgumentException(
                        "endpoint: the URL must begin with https:// or http://, not with " + uri.getScheme() + "://");
        };
        String host = uri.getHost();
        if (host == null) {
            throw new IllegalArgumentException(
                    "endpoint: no host, or a bad port, in the URL; wanted is something like https://host:443");
        }
        if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "endpoint: the URL for " + host
                            + " has a user, a query or a fragment; wanted are only host and port, the token goes apart (X_TOKEN)");
        }
        if (!uri.getRawPath().isEmpty() && !uri.getRawPath().equals("/")) {
            throw new IllegalArgumentException("endpoint: the URL for " + host
                    + " has a path; if that is the token, give it apart (X_TOKEN), gRPC knows no other use for it");
        }
        int port = uri.getPort() == -1 ? (tls ? TLS_PORT : PLAINTEXT_PORT) : uri.getPort();
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new GrpcEndpoint(bare, port, tls, null, DEFAULT_TOKEN_KEY);
    }

    /** The same with this token. */
    public GrpcEndpoint withToken(@Nullable AccessToken newToken) {
        return new GrpcEndpoint(host, port, tls, newToken, tokenKey);
    }

    /** The same with the token in that header. */
    public GrpcEndpoint withTokenKey(String newTokenKey) {
        return new GrpcEndpoint(host, port, tls, token, newTokenKey);
    }

    /**
     * Under which name attempts to connect here are counted: by endpoint and token, by the endpoint alone, or by a name that
     * endpoints have in common.
     *
     * @param scope as in {@link BudgetRule#scope}
     */
    public LedgerName allowance(String scope) {
        return switch (scope) {
            case BudgetRule.TOKEN -> LedgerName.of(host, port, scope, token == null ? "" : token.value());
            case BudgetRule.ENDPOINT -> LedgerName.of(host, port, scope, "");
            default -> new LedgerName("scope." + scope);
        };
    }

    /** Host and port as HTTP writes them. */
    public String authority() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** The URL without anything secret. */
    public String url() {
        return (tls ? "https://" : "http://") + authority();
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            // Neither its message nor itself as the cause: both show the whole URL, which may hold a token.
            throw new IllegalArgumentException("endpoint: not a URL, character " + (e.getIndex() + 1)
                    + " does not belong there; wanted is something like https://host:443");
        }
    }
}
