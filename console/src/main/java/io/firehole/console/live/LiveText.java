package io.firehole.console.live;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The realtime document as it is sent. That of the newest picture is made once, however many ask for it. Any thread. */
public final class LiveText {

    private record Written(long sequence, String text) {}

    private final LiveDocument document;

    /** Guards the field below, and has others wait while one of them makes the text. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Written newest;

    public LiveText(LiveDocument document) {
        this.document = document;
    }

    /** The document of that picture, as JSON. All pictures are of one sampler. */
    public String of(Sample sample) {
        lock.lock();
        try {
            Written known = newest;
            if (known == null || known.sequence() < sample.sequence()) {
                known = new Written(sample.sequence(), document.of(sample).toString());
                newest = known;
            }
            if (known.sequence() == sample.sequence()) {
                return known.text();
            }
        } finally {
            lock.unlock();
        }
        return document.of(sample).toString(); // an old one: nobody waits for whoever asks for it
    }
}
