package io.firehole.console.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Under which names this console may be called, and from which pages. Immutable.
 *
 * <p>A web page of a stranger cannot read what a console on loopback says, unless its name is made to lead there (DNS
 * rebinding): then the browser sends that name as {@code Host}. So only names of our own are served: those of loopback, the
 * address we listen at, and, where we listen at every address, any that is written as a number, which no name server can
 * turn. A page may call us if it is one of loopback or was served under the very name it calls.
 */
public final class OwnNames {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[(::1|0(:0){6}:1)]");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

    private final String listenName;
    private final String listenAddress;
    private final boolean everywhere;

    public OwnNames(InetSocketAddress listen) {
        listenName = bracketed(listen.getHostString());
        InetAddress address = listen.getAddress();
        listenAddress = address == null ? listenName : bracketed(address.getHostAddress());
        everywhere = address != null && address.isAnyLocalAddress();
    }

    /** Whether a request with that {@code Host}, or {@code :authority}, is for us. */
    boolean isOwnHost(String authority) {
        return host(authority)
                .filter(host -> LOOPBACK.matcher(host).matches()
                        || host.equals(listenName)
                        || host.equals(listenAddress)
                        || (everywhere && NUMBER.matcher(host).matches()))
                .isPresent();
    }

    /**
     * Whether a page of that origin may call us.
     *
     * @param authority under which it calls
     */
    boolean isOwnOrigin(String origin, String authority) {
        try {
            URI page = new URI(origin);
            String scheme = page.getScheme();
            String from = page.getRawAuthority();
            if (from == null || !("http".equals(scheme) || "https".equals(scheme))) {
                return false;
            }
            return from.equalsIgnoreCase(authority)
                    || host(from)
                            .filter(host -> LOOPBACK.matcher(host).matches())
                            .isPresent();
        } catch (URISyntaxException noOrigin) {
            return false;
        }
    }

    /** The name before the port, in lower case, an IPv6 address in its brackets; empty if there is none. */
    private static Optional<String> host(String authority) {
        String text = authority.toLowerCase(Locale.ROOT);
        int end = text.startsWith("[")
                ? text.indexOf(']') + 1
                : text.indexOf(':') < 0 ? text.length() : text.indexOf(':');
        String port = text.substring(end);
        return end > 0 && port.matches("(:\\d{0,5})?") ? Optional.of(text.substring(0, end)) : Optional.empty();
    }

    private static String bracketed(String host) {
        String text = host.toLowerCase(Locale.ROOT);
        return text.contains(":") ? "[" + text + "]" : text;
    }
}
