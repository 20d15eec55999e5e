package io.firehole.pool;

import com.google.protobuf.CodedInputStream;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.time.VirtualTime;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A monitor that reads what it gets as soon as it is told to, unless it is stalled. */
final class Reader {

    private final VirtualTime time;
    final MonitorStream stream;
    final List<SubscribeUpdate> received = new ArrayList<>();
    boolean stalled;
    int wakeups;

    Reader(VirtualTime time, Pool pool, Monitor monitor) {
        this.time = time;
        this.stream = pool.subscribe(monitor, this::wake);
    }

    private void wake() {
        wakeups++;
        time.execute(this::read);
    }

    void read() {
        if (stalled) {
            return;
        }
        for (Delivery next = stream.poll(); next != null; next = stream.poll()) {
            received.add(parsed(next));
            stream.written(next);
        }
    }

    void ask(SubscribeRequest request) {
        try {
            stream.request(request);
        } catch (InvalidFilterException invalid) {
            throw new AssertionError(invalid);
        }
    }

    @Nullable
    GrpcStatus ended() {
        read();
        return stream.ended();
    }

    static SubscribeUpdate parsed(Delivery delivery) {
        try {
            return SubscribeUpdate.parseFrom(CodedInputStream.newInstance(new SequenceInputStream(
                    new ByteArrayInputStream(delivery.head()),
                    new ByteArrayInputStream(delivery.tail(), delivery.tailOffset(), delivery.tailLength()))));
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }
}
