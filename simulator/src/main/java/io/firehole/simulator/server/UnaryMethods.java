package io.firehole.simulator.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.firehole.simulator.chain.BlockhashValidity;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.chain.LatestBlock;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.GetBlockHeightRequest;
import io.firehole.wire.proto.GetBlockHeightResponse;
import io.firehole.wire.proto.GetLatestBlockhashRequest;
import io.firehole.wire.proto.GetLatestBlockhashResponse;
import io.firehole.wire.proto.GetSlotRequest;
import io.firehole.wire.proto.GetSlotResponse;
import io.firehole.wire.proto.GetVersionRequest;
import io.firehole.wire.proto.GetVersionResponse;
import io.firehole.wire.proto.IsBlockhashValidRequest;
import io.firehole.wire.proto.IsBlockhashValidResponse;
import io.firehole.wire.proto.PingRequest;
import io.firehole.wire.proto.PongResponse;
import io.firehole.wire.proto.SubscribeReplayInfoRequest;
import io.firehole.wire.proto.SubscribeReplayInfoResponse;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The unary methods of {@code geyser.Geyser}, answered from the chain. Any thread. */
final class UnaryMethods {

    /** What the methods tell of themselves: the versions whose behaviour they show. */
    private static final String VERSION =
            "{\"version\":{\"package\":\"yellowstone-grpc-geyser\",\"version\":\"15.1.2\","
                    + "\"proto\":\"12.6.0\",\"solana\":\"3.0.0\",\"git\":\"firehole-simulator\",\"rustc\":\"none\","
                    + "\"buildts\":\"none\"},\"extra\":{\"hostname\":\"firehole-simulator\"}}";

    private final Chain chain;
    private final Map<String, UnaryCall.Method> byName = Map.of(
            "Ping", this::ping,
            "GetLatestBlockhash", this::getLatestBlockhash,
            "GetBlockHeight", this::getBlockHeight,
            "GetSlot", this::getSlot,
            "IsBlockhashValid", this::isBlockhashValid,
            "GetVersion", this::getVersion,
            "SubscribeReplayInfo", this::subscribeReplayInfo);

    UnaryMethods(Chain chain) {
        this.chain = chain;
    }

    /** The method of that name, without the service's; null if there is none. */
    UnaryCall.@Nullable Method named(String name) {
        return byName.get(name);
    }

    private UnaryAnswer ping(byte[] request) {
        return read(
                request,
                PingRequest::parseFrom,
                ping -> PongResponse.newBuilder().setCount(ping.getCount()).build());
    }

    private UnaryAnswer getLatestBlockhash(byte[] request) {
        return read(request, GetLatestBlockhashRequest::parseFrom, asked -> {
            LatestBlock block = chain.latest(level(asked.hasCommitment(), asked.getCommitmentValue()));
            return GetLatestBlockhashResponse.newBuilder()
                    .setSlot(block.slot())
                    .setBlockhash(block.blockhash())
                    .setLastValidBlockHeight(block.lastValidBlockHeight())
                    .build();
        });
    }

    private UnaryAnswer getBlockHeight(byte[] request) {
        return read(
                request,
                GetBlockHeightRequest::parseFrom,
                asked -> GetBlockHeightResponse.newBuilder()
                        .setBlockHeight(chain.latest(level(asked.hasCommitment(), asked.getCommitmentValue()))
                                .height())
                        .build());
    }

    private UnaryAnswer getSlot(byte[] request) {
        return read(
                request,
                GetSlotRequest::parseFrom,
                asked -> GetSlotResponse.newBuilder()
                        .setSlot(chain.latest(level(asked.hasCommitment(), asked.getCommitmentValue()))
                                .slot())
                        .build());
    }

    private UnaryAnswer isBlockhashValid(byte[] request) {
        return read(request, IsBlockhashValidRequest::parseFrom, asked -> {
            BlockhashValidity validity = chain.isBlockhashValid(
                    asked.getBlockhash(), level(asked.hasCommitment(), asked.getCommitmentValue()));
            return IsBlockhashValidResponse.newBuilder()
                    .setSlot(validity.slot())
                    .setValid(validity.valid())
                    .build();
        });
    }

    private UnaryAnswer getVersion(byte[] request) {
        return read(
                request,
                GetVersionRequest::parseFrom,
                asked -> GetVersionResponse.newBuilder().setVersion(VERSION).build());
    }

    private UnaryAnswer subscribeReplayInfo(byte[] request) {
        return read(request, SubscribeReplayInfoRequest::parseFrom, asked -> {
            SubscribeReplayInfoResponse.Builder info = SubscribeReplayInfoResponse.newBuilder();
            chain.firstAvailable().ifPresent(info::setFirstAvailable);
            return info.build();
        });
    }

    private static CommitmentLevel level(boolean present, int number) {
        if (!present) {
            return CommitmentLevel.PROCESSED;
        }
        CommitmentLevel level = CommitmentLevel.forNumber(number);
        if (level == null) {
            throw new UnknownCommitmentException(number);
        }
        return level;
    }

    private static <Q> UnaryAnswer read(byte[] request, Parser<Q> parser, Function<Q, MessageLite> answer) {
        try {
            return UnaryAnswer.of(answer.apply(parser.parse(request)));
        } catch (InvalidProtocolBufferException e) {
            return new UnaryAnswer.Failed(
                    GrpcStatus.Code.INTERNAL.with("failed to decode Protobuf message: " + e.getMessage()));
        } catch (UnknownCommitmentException e) {
            return new UnaryAnswer.Failed(
                    GrpcStatus.Code.UNKNOWN.with("failed to create CommitmentLevel from " + e.number));
        }
    }

    @FunctionalInterface
    private interface Parser<Q> {
        Q parse(byte[] request) throws InvalidProtocolBufferException;
    }

    /** A commitment with a number that is none. */
    private static final class UnknownCommitmentException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int number;

        UnknownCommitmentException(int number) {
            this.number = number;
        }
    }
}
