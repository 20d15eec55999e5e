package io.firehole.simulator;

import static io.firehole.simulator.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.tally.Identifier;
import io.firehole.filters.tally.Tally;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.simulator.time.MovedClock;
import io.firehole.simulator.truth.TruthAnswer;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What stock clients receive is what the truth says, to the last update. */
class TruthTest {

    /** Filters of every kind; together more than one name to an update. */
    private static final List<SubscribeRequest> REQUESTS = List.of(
            Requests.json(
                    "{\"transactions\":{\"pump\":{\"accountInclude\":[\"" + Requests.PUMP_FUN
                            + "\"],\"vote\":false,\"failed\":false},\"failed\":{\"failed\":true}},"
                            + "\"transactionsStatus\":{\"votes\":{\"vote\":true}},\"slots\":{\"s\":{}},\"blocksMeta\":{\"m\":{}}}"),
            Requests.json("{\"accounts\":{\"token\":{\"filters\":[{\"tokenAccountState\":true}]},"
                    + "\"one\":{\"account\":[\"7dGrdJRYtsNR8UYxZ3TnifXGjGc9eRYLq9sELwYpuuUu\"]}},"
                    + "\"accountsDataSlice\":[{\"offset\":\"64\",\"length\":\"8\"}],"
                    + "\"slots\":{\"all\":{\"interslotUpdates\":true},\"mine\":{\"filterByCommitment\":true}}}"),
            Requests.json("{\"entry\":{\"e\":{},\"f\":{}},\"blocks\":{\"b\":{\"includeTransactions\":false},"
                    + "\"c\":{\"accountInclude\":[\"" + Requests.PUMP_FUN + "\"],\"includeAccounts\":true}},"
                    + "\"slots\":{\"s\":{}},\"blocksMeta\":{\"m\":{},\"n\":{}}}"));

    private static final CommitmentLevel[] LEVELS = {
        CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED
    };

    private static final int SLOTS = 8;

    private final MovedClock clock = new MovedClock();

    /** The clock moves on as the clients keep up, so that a busy machine changes nothing. */
    @Test
    void whatStockClientsReceiveIsTheTruth() throws Exception {
        try (Simulator simulator = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .skipEvery(6)
                        .clock(clock)
                        .build());
                StockClient client = StockClient.withoutCompression(simulator.address())) {
            List<Subscriber> subscribers = new ArrayList<>();
            for (SubscribeRequest request : REQUESTS) {
                for (CommitmentLevel level : LEVELS) {
                    Subscriber subscriber = new Subscriber(request, level);
                    subscriber.subscribe(client);
                    subscribers.add(subscriber);
                }
            }
            eventually("all requests arrive", () -> simulator.report().requests() == subscribers.size());
            goOnUntil(simulator, subscribers, () -> subscribers.stream().allMatch(Subscriber::isActive));
            // All are active, so what begins from here on is received whole.
            long from = processed(simulator) + 3;
            long to = from + SLOTS;
            simulator.faults().inject(Fault.of(FaultKind.DEAD_SLOT));
            goOnUntil(simulator, subscribers, () -> simulator.chain().knownTo(CommitmentLevel.FINALIZED) >= to);
            for (Subscriber subscriber : subscribers) {
                subscriber.compare(simulator, from, to);
            }
        }
    }

    private static long processed(Simulator simulator) {
        return simulator.chain().latest(CommitmentLevel.PROCESSED).slot();
    }

    private void goOnUntil(Simulator simulator, List<Subscriber> subscribers, BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            long before = processed(simulator);
            eventually("the chain goes on", () -> {
                clock.advance(Duration.ofMillis(50));
                return processed(simulator) > before;
            });
            long slot = processed(simulator);
            for (Subscriber subscriber : subscribers) {
                eventually("slot " + slot + " is processed at " + subscriber.level, () -> subscriber.processed >= slot);
            }
        }
    }

    /** What is kept of an update. */
    private record Got(UpdateKind kind, long slot, int stage, List<String> names, List<String> ids) {}

    /** One stream and all it received. */
    private static final class Subscriber implements StreamObserver<SubscribeUpdate> {
        private final SubscribeRequest request;
        private final CommitmentLevel level;
        private final Queue<Got> received = new ConcurrentLinkedQueue<>();
        private volatile @Nullable Throwable end;
        private volatile long processed;

        Subscriber(SubscribeRequest request, CommitmentLevel level) {
            this.request = request;
            this.level = level;
        }

        void subscribe(StockClient client) {
            GeyserGrpc.newStub(client.channel())
                    .subscribe(this)
                    .onNext(request.toBuilder().setCommitment(level).build());
        }

        @Override
        public void onNext(SubscribeUpdate update) {
            if (update.getFiltersCount() > 0) {
                List<String> names = List.copyOf(update.getFiltersList());
                List<String> ids =
                        names.stream().map(name -> identify(update, name)).toList();
                received.add(new Got(kindOf(update), slotOf(update), stage(update), names, ids));
                if (update.hasSlot() && update.getSlot().getStatus() == SlotStatus.SLOT_PROCESSED) {
                    processed = slotOf(update);
                }
            }
        }

        @Override
        public void onError(Throwable problem) {
            end = problem;
        }

        @Override
        public void onCompleted() {}

        boolean isActive() {
            return processed > 0 || end != null;
        }

        void compare(Simulator simulator, long from, long to) {
            TruthAnswer.Known truth = (TruthAnswer.Known) simulator.truth().expected(request, level, from, to, false);
            int expected = truth.tallies().values().stream()
                    .flatMap(tallies -> tallies.values().stream())
                    .mapToInt(Tally::count)
                    .sum();
            assertThat(expected).isPositive();
            eventually(
                    "all of it arrives at " + level,
                    () -> end != null
                            || received.stream()
                                            .filter(got -> got.slot >= from && got.slot <= to)
                                            .mapToInt(got -> got.names.size())
                                            .sum()
                                    >= expected);
            assertThat(end).isNull();
            Map<UpdateKind, Map<String, Tally>> tallies = new EnumMap<>(UpdateKind.class);
            for (Got got : received) {
                if (got.slot >= from && got.slot <= to) {
                    for (int i = 0; i < got.names.size(); i++) {
                        tallies.computeIfAbsent(got.kind, kind -> new TreeMap<>())
                                .computeIfAbsent(got.names.get(i), each -> new Tally())
                                .add(got.ids.get(i));
                    }
                }
            }
            truth.tallies()
                    .forEach((kind, byName) -> byName.forEach((name, tally) -> {
                        Tally own = tallies.getOrDefault(kind, Map.of()).getOrDefault(name, new Tally());
                        assertThat(own.ids().stream().sorted().toList())
                                .as("%s %s at %s", kind, name, level)
                                .isEqualTo(tally.ids().stream().sorted().toList());
                        assertThat(own.sha256()).isEqualTo(tally.sha256());
                    }));
            assertThat(tallies.keySet()).isSubsetOf(truth.tallies().keySet());
            orderHolds();
        }

        /** Data before block, block before meta, meta before the status of the level. */
        private void orderHolds() {
            Map<Long, Integer> stages = new TreeMap<>();
            for (Got got : received) {
                if (got.stage > 0) {
                    assertThat(got.stage)
                            .as("stage in slot %s", got.slot)
                            .isGreaterThanOrEqualTo(stages.getOrDefault(got.slot, 0));
                    stages.put(got.slot, got.stage);
                }
            }
        }

        private int stage(SubscribeUpdate update) {
            return switch (update.getUpdateOneofCase()) {
                case ACCOUNT, TRANSACTION, TRANSACTION_STATUS, ENTRY -> 1;
                case BLOCK -> 2;
                case BLOCK_META -> 3;
                case SLOT -> update.getSlot().getStatusValue() == level.getNumber() ? 4 : 0;
                case PING, PONG, UPDATEONEOF_NOT_SET -> 0;
            };
        }
    }

    private static UpdateKind kindOf(SubscribeUpdate update) {
        return UpdateKind.valueOf(update.getUpdateOneofCase().name());
    }

    private static long slotOf(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> update.getAccount().getSlot();
            case SLOT -> update.getSlot().getSlot();
            case TRANSACTION -> update.getTransaction().getSlot();
            case TRANSACTION_STATUS -> update.getTransactionStatus().getSlot();
            case BLOCK -> update.getBlock().getSlot();
            case BLOCK_META -> update.getBlockMeta().getSlot();
            case ENTRY -> update.getEntry().getSlot();
            case PING, PONG, UPDATEONEOF_NOT_SET -> 0;
        };
    }

    private static String identify(SubscribeUpdate update, String name) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT ->
                Identifier.account(
                        update.getAccount().getAccount().getPubkey(),
                        update.getAccount().getAccount().getWriteVersion());
            case SLOT ->
                Identifier.slot(update.getSlot().getSlot(), update.getSlot().getStatus());
            case TRANSACTION ->
                Identifier.transaction(update.getTransaction().getTransaction().getSignature());
            case TRANSACTION_STATUS ->
                Identifier.transaction(update.getTransactionStatus().getSignature());
            case BLOCK ->
                Identifier.block(update.getBlock().getSlot(), update.getBlock().getBlockhash(), name);
            case BLOCK_META ->
                Identifier.blockMeta(
                        update.getBlockMeta().getSlot(), update.getBlockMeta().getBlockhash());
            case ENTRY ->
                Identifier.entry(update.getEntry().getSlot(), update.getEntry().getIndex());
            case PING, PONG, UPDATEONEOF_NOT_SET -> throw new AssertionError("no filter gives " + update);
        };
    }
}
