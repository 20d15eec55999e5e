package io.firehole.cli.demo;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.firehole.filters.tally.Identifier;
import io.firehole.pool.transport.grpc.Bytes;
import io.firehole.simulator.Simulator;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A client of the gateway that takes messages as bytes: what the generated types refuse it counts and keeps, and goes on. Its
 * updates are compared with what was to come.
 */
final class RawReader extends ClientCall.Listener<byte[]> {

    private static final Metadata.Key<String> ID = Metadata.Key.of("x-monitor-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> FREQUENCY =
            Metadata.Key.of("x-frequency", Metadata.ASCII_STRING_MARSHALLER);

    private static final MethodDescriptor<SubscribeRequest, byte[]> SUBSCRIBE =
            GeyserGrpc.getSubscribeMethod().<SubscribeRequest, byte[]>toBuilder(
                            GeyserGrpc.getSubscribeMethod().getRequestMarshaller(), Bytes.MARSHALLER)
                    .build();

    private final String id;
    private final SimulatedExpectation expectation;
    private final DeliveryRecorder recorder;
    private final ClientCall<SubscribeRequest, byte[]> call;
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    /** What the generated types refuse. */
    final AtomicInteger refusedByParser = new AtomicInteger();

    /** With fields that no schema has, in the update; and in the transaction. */
    final AtomicInteger withUnknownOutside = new AtomicInteger();

    final AtomicInteger withUnknownInside = new AtomicInteger();

    /** Of a kind that no schema has, under its own name. */
    final AtomicInteger ofUnknownKind = new AtomicInteger();

    /** Under no name, or one that it never gave, and no ping. */
    final AtomicInteger underForeignNames = new AtomicInteger();

    /** Transactions of a slot before one of which something had come. */
    final AtomicInteger outOfOrder = new AtomicInteger();

    /** The largest message. */
    final AtomicLong largest = new AtomicLong();

    /** The newest slot of which something came. */
    final AtomicLong newest = new AtomicLong();

    RawReader(Simulator provider, ManagedChannel channel, String id, SubscribeRequest request) {
        this.id = id;
        this.expectation = new SimulatedExpectation(provider, request);
        this.recorder = new DeliveryRecorder(expectation);
        this.call = channel.newCall(SUBSCRIBE, CallOptions.DEFAULT);
        Metadata headers = new Metadata();
        headers.put(ID, id);
        headers.put(FREQUENCY, "medium");
        call.start(this, headers);
        call.request(1);
        call.sendMessage(request);
    }

    String id() {
        return id;
    }

    SimulatedExpectation expectation() {
        return expectation;
    }

    DeliveryRecorder recorder() {
        return recorder;
    }

    boolean isOpen() {
        return !end.isDone();
    }

    /** How it ended, if it has. */
    @Nullable
    Status end() {
        return end.getNow(null);
    }

    @Override
    public void onMessage(byte[] message) {
        largest.accumulateAndGet(message.length, Math::max);
        try {
            took(SubscribeUpdate.parseFrom(message));
        } catch (InvalidProtocolBufferException refused) {
            refusedByParser.incrementAndGet();
            took(headOf(message));
        }
        call.request(1);
    }

    private void took(SubscribeUpdate update) {
        UnknownFieldSet unknown = update.getUnknownFields();
        if (unknown.hasField(15)) {
            ofUnknownKind.addAndGet(update.getFiltersCount());
        } else if (!unknown.asMap().isEmpty()) {
            withUnknownOutside.incrementAndGet();
        }
        if (update.getTransaction().getUnknownFields().hasField(999)) {
            withUnknownInside.incrementAndGet();
        }
        if (!update.hasPing()
                && (update.getFiltersCount() == 0
                        || !update.getFiltersList().stream().allMatch(this::isMine))) {
            underForeignNames.incrementAndGet();
        }
        recorder.received(update);
        long slot = Receipt.of(update).slot();
        if (newest.getAndAccumulate(slot, Math::max) > slot && update.hasTransaction()) {
            outOfOrder.incrementAndGet();
        }
    }

    private boolean isMine(String name) {
        return name.equals(id);
    }

    /** What can be read of a transaction without the generated types. */
    private static SubscribeUpdate headOf(byte[] message) {
        try {
            RawUpdate raw = RawUpdate.parse(message);
            if (raw.kind() != UpdateKind.TRANSACTION) {
                throw new IllegalStateException("refused by the parser, and no transaction: " + raw);
            }
            SubscribeUpdate.Builder head = SubscribeUpdate.newBuilder();
            for (int i = 0; i < raw.filterCount(); i++) {
                head.addFilters(raw.filter(i));
            }
            ByteString signature = raw.signature();
            Identifier.transaction(signature);
            head.getTransactionBuilder()
                    .setSlot(raw.slot())
                    .getTransactionBuilder()
                    .setSignature(signature);
            return head.build();
        } catch (MalformedUpdateException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        end.complete(status);
    }
}
