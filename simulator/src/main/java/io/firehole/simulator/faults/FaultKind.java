package io.firehole.simulator.faults;

import io.firehole.wire.UpdateKind;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can go wrong. */
public enum FaultKind {
    /** The connection ends with a TCP reset. */
    RESET("reset"),
    /** The connection ends with a TCP FIN, without a word of HTTP/2. */
    FIN("fin"),
    /** HTTP/2 GOAWAY without error; streams that are open go on, the connection closes behind the last one. */
    GOAWAY("goaway"),
    /** HTTP/2 RST_STREAM with INTERNAL_ERROR for every open call; the connection stays. */
    STREAM_ERROR("stream-error"),
    /** The socket is neither read nor written nor closed, for ever. */
    HALF_OPEN("half-open"),
    /** Nothing is written for a while, then everything. */
    STALL("stall"),
    /** Connections are taken, counted and closed at once for a while. */
    REFUSE("refuse"),
    /** Connections are taken and counted, speak HTTP/2 until both sides have sent their settings, and are closed then. */
    REFUSE_HTTP2("refuse-http2"),
    /** For a while, a tenth of the bytes per second that the connection had lately. */
    SLOW("slow"),
    /** {@code from_slot} is answered with OUT_OF_RANGE: for a while, or once. */
    NO_REPLAY("no-replay"),
    /** The next slot dies. */
    DEAD_SLOT("dead-slot"),
    /** A request with filters is refused with INVALID_ARGUMENT: all for a while, or the next one. */
    INVALID("invalid"),
    /** An update lacks its last bytes: the next transaction, or all for a while, like every kind of poison. */
    POISON_TRUNCATED("poison-truncated"),
    /** A message says that it is compressed and is not. */
    POISON_FLAG("poison-flag"),
    /** A message says that it has 2 GiB. */
    POISON_OVERSIZE("poison-oversize"),
    /** A block has 64 MiB more, in a field that no schema knows. */
    POISON_HUGE("poison-huge"),
    /** A transaction has a line of log that is no text. */
    POISON_UTF8("poison-utf8"),
    /** A transaction has fields that no schema knows, inside and outside. */
    POISON_FIELDS("poison-fields"),
    /** Before a transaction comes an update of a kind that no schema knows, under the same names. */
    POISON_KIND("poison-kind"),
    /** A transaction comes a second time under a name that nobody asked for, which is no text either. */
    POISON_NAME("poison-name"),
    /** A transaction comes a second time under no name. */
    POISON_NAMELESS("poison-nameless"),
    /** Not a fault but the end of all that are going on, repetitions too. Sockets that are half-open stay so. */
    CLEAR("clear");

    private final String text;

    FaultKind(String text) {
        this.text = text;
    }

    /** As the control API writes it. */
    public String text() {
        return text;
    }

    /** The kind of that name, if there is one. */
    public static Optional<FaultKind> named(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
    }

    /** Whether it is done to single updates on their way. */
    public boolean isPoison() {
        return text.startsWith("poison-");
    }

    /** Whether it is poison for updates of that kind. */
    public boolean poisons(UpdateKind update) {
        return isPoison() && update == (this == POISON_HUGE ? UpdateKind.BLOCK : UpdateKind.TRANSACTION);
    }

    /** All names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(FaultKind::text).collect(Collectors.joining(", "));
    }
}
