package io.firehole.simulator.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.chain.Matches;
import io.firehole.simulator.chain.ReplayAnswer;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdatePong;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Subscribe. */
final class SubscribeDialect implements StreamDialect {

    private static final String REFUSED_BY_FAULT =
            "failed to create filter: refused by the simulator's fault `invalid`";

    private final ProviderContext provider;
    private final long connection;

    SubscribeDialect(ProviderContext provider, long connection) {
        this.provider = provider;
        this.connection = connection;
    }

    @Override
    public Asked read(byte[] message) throws InvalidProtocolBufferException {
        SubscribeRequest request = SubscribeRequest.parseFrom(message);
        FilterSet filters;
        try {
            filters = FilterSet.compile(request, provider.profile().filters());
        } catch (InvalidFilterException e) {
            provider.refusals().count(e);
            return new Asked.Refused(GrpcStatus.Code.INVALID_ARGUMENT.with(e.statusMessage()));
        }
        int keysMax = provider.profile().accountKeysPerStream();
        if (ProviderProfile.accountKeys(request) > keysMax) {
            provider.refusals().count("streams.account-keys");
            return new Asked.Refused(GrpcStatus.Code.INVALID_ARGUMENT.with(
                    "failed to create filter: Max amount of Pubkeys reached, only " + keysMax + " allowed"));
        }
        if (request.hasPing()) {
            return new Asked.Pong(request.getPing().getId());
        }
        if (!filters.isEmpty() && provider.faults().deniesRequest(connection)) {
            return new Asked.Refused(GrpcStatus.Code.INVALID_ARGUMENT.with(REFUSED_BY_FAULT));
        }
        Chain chain = provider.chain();
        Matches matches = chain.match(filters);
        return new Asked.Replace(
                new Selection(chain.ring(filters.commitment()), matches::write),
                request.hasFromSlot() ? replay(request.getFromSlot(), filters.commitment()) : null);
    }

    private Supplier<ReplayAnswer> replay(long fromSlot, CommitmentLevel commitment) {
        return () -> {
            if (provider.faults().deniesReplay(connection)) {
                return new ReplayAnswer.OutOfRange(
                        fromSlot, provider.chain().latest(commitment).slot());
            }
            ReplayAnswer answer = provider.chain()
                    .replay(fromSlot, commitment, provider.clock().wall());
            if (answer instanceof ReplayAnswer.OutOfRange || answer instanceof ReplayAnswer.Off) {
                provider.refusals().count("replay.slots");
            }
            return answer;
        };
    }

    @Override
    public OutboundMessage ping(Instant now) {
        return OutboundMessage.of(
                UpdateKind.PING,
                SubscribeUpdate.newBuilder()
                        .setPing(SubscribeUpdatePing.getDefaultInstance())
                        .setCreatedAt(timestamp(now))
                        .build()
                        .toByteArray());
    }

    @Override
    public OutboundMessage pong(int id, Instant now) {
        return OutboundMessage.of(
                UpdateKind.PONG,
                SubscribeUpdate.newBuilder()
                        .setPong(SubscribeUpdatePong.newBuilder().setId(id))
                        .setCreatedAt(timestamp(now))
                        .build()
                        .toByteArray());
    }

    @Override
    public @Nullable FaultKind poison(UpdateKind update) {
        return provider.faults().poison(connection, update);
    }

    @Override
    public String laggedText() {
        return "lagged to receive geyser messages";
    }

    static Timestamp timestamp(Instant now) {
        return Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
    }
}
