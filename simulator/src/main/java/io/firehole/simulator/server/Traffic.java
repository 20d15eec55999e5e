package io.firehole.simulator.server;

import io.firehole.wire.UpdateKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What went in and out since the start. Any thread. */
public final class Traffic {

    private final Map<UpdateKind, LongAdder> sent = new EnumMap<>(UpdateKind.class);
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder lagged = new LongAdder();

    Traffic() {
        for (UpdateKind kind : UpdateKind.values()) {
            sent.put(kind, new LongAdder());
        }
    }

    void sent(UpdateKind kind, int bytes) {
        counter(kind).increment();
        sentBytes.add(bytes);
    }

    void request() {
        requests.increment();
    }

    void lagged() {
        lagged.increment();
    }

    /** Updates of that kind handed to HTTP/2. */
    public long sent(UpdateKind kind) {
        return counter(kind).sum();
    }

    /** Bytes of the updates handed to HTTP/2, unpacked, without the five bytes before each. */
    public long sentBytes() {
        return sentBytes.sum();
    }

    /** SubscribeRequests and SubscribeDeshredRequests received, those with a ping too. */
    public long requests() {
        return requests.sum();
    }

    /** Streams that were cut off because their client was slow. */
    public long laggedStreams() {
        return lagged.sum();
    }

    private LongAdder counter(UpdateKind kind) {
        LongAdder counter = sent.get(kind);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + kind);
        }
        return counter;
    }
}
