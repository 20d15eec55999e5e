package io.firehole.simulator.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.DeshredFilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.chain.DeshredMatches;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SubscribeDeshredRequest;
import io.firehole.wire.proto.SubscribeUpdateDeshred;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdatePong;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** SubscribeDeshred: no commitment, no replay. */
final class DeshredDialect implements StreamDialect {

    private static final String REFUSED_BY_FAULT =
            "failed to create deshred filter: refused by the simulator's fault `invalid`";

    private final ProviderContext provider;
    private final long connection;

    DeshredDialect(ProviderContext provider, long connection) {
        this.provider = provider;
        this.connection = connection;
    }

    @Override
    public Asked read(byte[] message) throws InvalidProtocolBufferException {
        SubscribeDeshredRequest request = SubscribeDeshredRequest.parseFrom(message);
        DeshredFilterSet filters;
        try {
            filters = DeshredFilterSet.compile(request, provider.profile().filters());
        } catch (InvalidFilterException e) {
            provider.refusals().count(e);
            return new Asked.Refused(GrpcStatus.Code.INVALID_ARGUMENT.with(e.statusMessage()));
        }
        if (request.hasPing()) {
            return new Asked.Pong(request.getPing().getId());
        }
        if (!filters.isEmpty() && provider.faults().deniesRequest(connection)) {
            return new Asked.Refused(GrpcStatus.Code.INVALID_ARGUMENT.with(REFUSED_BY_FAULT));
        }
        Chain chain = provider.chain();
        DeshredMatches matches = chain.match(filters);
        return new Asked.Replace(new Selection(chain.deshredRing(), matches::write), null);
    }

    @Override
    public OutboundMessage ping(Instant now) {
        return OutboundMessage.of(
                UpdateKind.PING,
                SubscribeUpdateDeshred.newBuilder()
                        .setPing(SubscribeUpdatePing.getDefaultInstance())
                        .setCreatedAt(SubscribeDialect.timestamp(now))
                        .build()
                        .toByteArray());
    }

    @Override
    public OutboundMessage pong(int id, Instant now) {
        return OutboundMessage.of(
                UpdateKind.PONG,
                SubscribeUpdateDeshred.newBuilder()
                        .setPong(SubscribeUpdatePong.newBuilder().setId(id))
                        .setCreatedAt(SubscribeDialect.timestamp(now))
                        .build()
                        .toByteArray());
    }

    @Override
    public @Nullable FaultKind poison(UpdateKind update) {
        return null;
    }

    @Override
    public String laggedText() {
        return "lagged to receive deshred messages";
    }
}
