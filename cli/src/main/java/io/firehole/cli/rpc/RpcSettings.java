package io.firehole.cli.rpc;

import java.net.URI;
import java.time.Duration;

/**
 * Where blocks are asked for, and how much of it.
 *
 * @param url the whole address; it may hold a key, so it is shown nowhere
 * @param requestsPerSecond how often it is asked, by all streams together
 * @param timeout how long an answer may take as a whole
 * @param answerBytesMax how many bytes an answer may have
 */
public record RpcSettings(URI url, int requestsPerSecond, Duration timeout, int answerBytesMax) {

    /** Requests a second where nobody says otherwise; twice as many as there are slots. */
    public static final int USUAL_REQUESTS_PER_SECOND = 5;

    /** How long an answer may take where nobody says otherwise. */
    public static final Duration USUAL_TIMEOUT = Duration.ofSeconds(10);

    /** Bytes of an answer where nobody says otherwise; large blocks have some ten megabytes. */
    public static final int USUAL_ANSWER_BYTES_MAX = 64 << 20;

    public RpcSettings {
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new IllegalArgumentException("the URL must begin with http:// or https:// and name a host");
        }
        if (requestsPerSecond < 1 || answerBytesMax < 1 || !timeout.isPositive()) {
            throw new IllegalArgumentException("requests per second, timeout and bytes must be positive, were "
                    + requestsPerSecond + ", " + timeout + " and " + answerBytesMax);
        }
    }

    /** The same with another pace. */
    public RpcSettings withRequestsPerSecond(int requests) {
        return new RpcSettings(url, requests, timeout, answerBytesMax);
    }

    /** As usual, for that address. */
    public static RpcSettings of(URI url) {
        return new RpcSettings(url, USUAL_REQUESTS_PER_SECOND, USUAL_TIMEOUT, USUAL_ANSWER_BYTES_MAX);
    }

    @Override
    public String toString() {
        return "RpcSettings[url hidden, " + requestsPerSecond + " requests/s, " + timeout + ", at most "
                + answerBytesMax + " bytes]";
    }
}
