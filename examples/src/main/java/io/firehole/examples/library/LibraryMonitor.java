package io.firehole.examples.library;

import io.firehole.examples.client.ExampleMonitor;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.MonitorAdapter;
import io.firehole.pool.Pool;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.util.function.Consumer;

/** One of the seven monitors, subscribed by a generated stub on a channel of the pool. */
public final class LibraryMonitor extends MonitorAdapter {

    private final ExampleMonitor monitor;
    private final Consumer<String> out;

    /** @param out where the monitor's lines go */
    public LibraryMonitor(Pool pool, ExampleMonitor monitor, Consumer<String> out) {
        super(pool, new Monitor(monitor.id(), Group.of(monitor.frequency()).orElse(Group.MEDIUM)));
        this.monitor = monitor;
        this.out = out;
    }

    @Override
    protected void run(Channel channel) throws InterruptedException, StatusException {
        BlockingClientCall<SubscribeRequest, SubscribeUpdate> call =
                GeyserGrpc.newBlockingV2Stub(channel).subscribe();
        call.write(monitor.request());
        for (SubscribeUpdate update = call.read(); update != null; update = call.read()) {
            monitor.onUpdate(update, out);
        }
    }
}
