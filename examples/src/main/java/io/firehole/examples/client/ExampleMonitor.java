package io.firehole.examples.client;

import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.function.Consumer;

/** One monitor: what it asks a Yellowstone endpoint for, and what it tells a trader. */
public interface ExampleMonitor {

    /** The id it is known by, as in {@code pumpfun-price-monitor}. */
    String id();

    /** What it watches, in one line for a person. */
    String purpose();

    /** How often it expects updates: {@code high}, {@code medium} or {@code low}. It is sent as {@code x-frequency}. */
    String frequency();

    /** What it asks for. The same each time, so that a reconnect asks for the same. */
    SubscribeRequest request();

    /**
     * Takes one update; the caller's thread, one update after the other.
     *
     * @param update any kind, pings and pongs too
     * @param out where lines for the trader go
     */
    void onUpdate(SubscribeUpdate update, Consumer<String> out);
}
