package io.firehole.console.live;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The messages by which browsers are told of pictures. That of the newest is made once in each encoding, however many take it. Any thread. */
final class LiveMessages {

    private final LiveText document;

    /** Guards the fields below, and has others wait while one of them makes a message. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<LiveEncoding, byte[]> made = new EnumMap<>(LiveEncoding.class);
    private long sequence;

    LiveMessages(LiveText document) {
        this.document = document;
    }

    /** The message about that picture; nobody may change it. All pictures are of one sampler. */
    byte[] of(Sample sample, LiveEncoding encoding) {
        lock.lock();
        try {
            if (sample.sequence() < sequence) {
                return encoding.encoded(message(sample)); // somebody came just when the next one was made
            }
            if (sample.sequence() > sequence) {
                sequence = sample.sequence();
                made.clear();
            }
            byte[] plain = made.computeIfAbsent(LiveEncoding.PLAIN, none -> message(sample));
            return made.computeIfAbsent(encoding, one -> one.encoded(plain));
        } finally {
            lock.unlock();
        }
    }

    private byte[] message(Sample sample) {
        String message = "{\"type\":\"metrics\",\"data\":" + document.of(sample) + ",\"timestamp\":"
                + sample.at().toEpochMilli() + "}";
        return message.getBytes(StandardCharsets.UTF_8);
    }
}
