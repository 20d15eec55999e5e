package io.firehole.console.live;

import com.linecorp.armeria.common.websocket.WebSocket;
import com.linecorp.armeria.common.websocket.WebSocketCloseStatus;
import com.linecorp.armeria.common.websocket.WebSocketFrame;
import com.linecorp.armeria.common.websocket.WebSocketFrameType;
import com.linecorp.armeria.common.websocket.WebSocketWriter;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.websocket.WebSocketServiceHandler;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Browsers that look at the realtime document: each gets the latest one at once, and then every one as it is made.
 *
 * <p>What is sent is made once for all of them, packed for those who ask for that. A browser that has not yet taken what was
 * written to it skips: nothing is queued, and what it gets next is the newest, and whole. One that takes nothing for {@link #SKIPPED_MAX} pictures is let go.
 */
public final class LiveSockets implements WebSocketServiceHandler {

    /** Browsers at once. */
    public static final int SOCKETS_MAX = 64;

    /** The parameter by which a browser says in which {@link LiveEncoding} it wants to be told. */
    public static final String ENCODING = "encoding";

    /** Pictures in a row that a browser may miss. */
    static final int SKIPPED_MAX = 60;

    private final Sampler sampler;
    private final LiveMessages messages;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder sent = new LongAdder();
    private final LongAdder skipped = new LongAdder();

    public LiveSockets(Sampler sampler, LiveText document) {
        this.sampler = sampler;
        this.messages = new LiveMessages(document);
        sampler.onSample(this::show);
    }

    /** How many browsers look. */
    public int open() {
        return open.get();
    }

    /** Pictures sent to browsers, since the start. */
    public long sent() {
        return sent.sum();
    }

    /** Pictures that browsers were too slow for, since the start. */
    public long skipped() {
        return skipped.sum();
    }

    @Override
    public WebSocket handle(ServiceRequestContext context, WebSocket in) {
        Viewer viewer =
                new Viewer(LiveEncoding.named(context.queryParam(ENCODING)).orElse(LiveEncoding.PLAIN));
        if (open.incrementAndGet() > SOCKETS_MAX) {
            open.decrementAndGet();
            in.subscribe(new Incoming(viewer));
            viewer.out.close(WebSocketCloseStatus.TRY_AGAIN_LATER, SOCKETS_MAX + " browsers look already");
            return viewer.out;
        }
        // Before anything else can be offered: so the first picture is the first, and none comes twice.
        viewer.offer(sampler.latest());
        viewers.add(viewer);
        in.subscribe(new Incoming(viewer));
        var unused = viewer.out.whenComplete().whenComplete((done, broken) -> {
            if (viewers.remove(viewer)) {
                open.decrementAndGet();
            }
        });
        return viewer.out;
    }

    private void show(Sample sample) {
        viewers.forEach(viewer -> viewer.offer(sample));
    }

    /** One browser. Offers come from the sampler's thread, but for the first, which is over before the second. */
    private final class Viewer {

        private final LiveEncoding encoding;
        private final WebSocketWriter out = WebSocket.streaming();
        private final AtomicInteger missed = new AtomicInteger();

        /** Whether what was written last has been taken. */
        private final AtomicBoolean taken = new AtomicBoolean(true);

        private long lastOffered;

        Viewer(LiveEncoding encoding) {
            this.encoding = encoding;
        }

        void offer(Sample sample) {
            if (sample.sequence() <= lastOffered) {
                return; // it was the first, a moment ago
            }
            lastOffered = sample.sequence();
            byte[] message = messages.of(sample, encoding);
            if (!taken.compareAndSet(true, false)) {
                skipped.increment();
                if (missed.incrementAndGet() > SKIPPED_MAX) {
                    out.abort();
                }
                return;
            }
            missed.set(0);
            if (out.tryWrite(encoding.frame(message))) {
                sent.increment();
                var unused = out.whenConsumed().thenRun(() -> taken.set(true));
            }
        }
    }

    /** What a browser sends: nothing that is looked at, but for its end. */
    private record Incoming(Viewer viewer) implements Subscriber<WebSocketFrame> {

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(WebSocketFrame frame) {
            try (frame) {
                if (frame.type() == WebSocketFrameType.PING) {
                    var unused = viewer.out.tryWrite(WebSocketFrame.ofPong(frame.array()));
                } else if (frame.type() == WebSocketFrameType.CLOSE) {
                    viewer.out.close(WebSocketCloseStatus.NORMAL_CLOSURE);
                }
            }
        }

        @Override
        public void onError(Throwable broken) {
            viewer.out.close();
        }

        @Override
        public void onComplete() {
            viewer.out.close();
        }
    }
}
