package io.firehole.gateway;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import io.firehole.gateway.stream.CarriedCall;
import io.firehole.gateway.stream.Inlet;
import io.firehole.gateway.stream.Outlet;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * The body of a request as Armeria delivers it: one piece at a time, when the call asks. Event loop only.
 *
 * <p>What is not asked for stays unconsumed, and so closes the client's window.
 */
final class RequestInlet implements Inlet, Subscriber<HttpObject> {

    private final Outlet outlet;

    private @Nullable CarriedCall call;
    private @Nullable Subscription subscription;
    private boolean wanted;

    RequestInlet(Outlet outlet) {
        this.outlet = outlet;
    }

    /** Whom to tell; before the request is subscribed to. */
    void carries(CarriedCall call) {
        this.call = call;
    }

    @Override
    public void more() {
        if (subscription == null) {
            wanted = true;
        } else {
            subscription.request(1);
        }
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        subscription = newSubscription;
        if (wanted) {
            newSubscription.request(1);
        }
    }

    @Override
    public void onNext(HttpObject object) {
        if (object instanceof HttpData data) {
            try (data) {
                call().received(ByteBuffer.wrap(data.array()));
            }
        } else {
            more(); // trailers of a request mean nothing
        }
    }

    @Override
    public void onError(Throwable cause) {
        outlet.reset(); // the client is gone, or its connection: what waits for it can be dropped
    }

    @Override
    public void onComplete() {
        call().halfClosed();
    }

    private CarriedCall call() {
        return Objects.requireNonNull(call, "call");
    }
}
