package io.firehole.simulator;

import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.chain.ChainTemplates;
import io.firehole.simulator.control.ControlServer;
import io.firehole.simulator.control.Report;
import io.firehole.simulator.control.Reporter;
import io.firehole.simulator.control.TruthQuestion;
import io.firehole.simulator.faults.FaultDesk;
import io.firehole.simulator.rpc.RpcServer;
import io.firehole.simulator.server.ProviderServer;
import io.firehole.simulator.time.ProviderClock;
import io.firehole.simulator.truth.Truth;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A running provider: a chain, the server that sends it, and the control API.
 *
 * <p>Any thread.
 */
public final class Simulator implements AutoCloseable {

    private final Chain chain;
    private final ProviderServer server;
    private final ChainDriver driver;
    private final Truth truth;
    private final Reporter reporter;
    private final InetSocketAddress address;
    private final @Nullable ControlServer control;
    private final @Nullable RpcServer rpc;

    private Simulator(
            Chain chain,
            ProviderServer server,
            ChainDriver driver,
            Truth truth,
            Reporter reporter,
            InetSocketAddress address,
            @Nullable ControlServer control,
            @Nullable RpcServer rpc) {
        this.chain = chain;
        this.server = server;
        this.driver = driver;
        this.truth = truth;
        this.reporter = reporter;
        this.address = address;
        this.control = control;
        this.rpc = rpc;
    }

    /**
     * Starts a provider that serves from the first moment.
     *
     * @throws IOException if an address cannot be had or a recording cannot be read; the message names it
     */
    public static Simulator start(SimulatorConfig config) throws IOException {
        ProviderClock clock = config.clock();
        ChainTemplates templates =
                config.captures().isEmpty() ? ChainTemplates.builtIn() : ChainTemplates.read(config.captures());
        Chain chain = Chain.start(config.chain(), templates, clock.nanos(), clock.wall());
        ProviderServer server = new ProviderServer(chain, config.rules(), config.token(), config.limits(), clock);
        Truth truth = new Truth(chain);
        Reporter reporter = new Reporter(server);
        ControlServer control = null;
        RpcServer rpc = null;
        try {
            InetSocketAddress address = server.listen(config.listen());
            if (config.control() != null) {
                control = ControlServer.listen(config.control(), reporter, server.faults(), new TruthQuestion(truth));
            }
            if (config.rpc() != null) {
                rpc = RpcServer.listen(config.rpc(), chain, clock);
            }
            ChainDriver driver = new ChainDriver(chain, server, clock);
            driver.start();
            return new Simulator(chain, server, driver, truth, reporter, address, control, rpc);
        } catch (IOException e) {
            if (control != null) {
                control.close();
            }
            server.close();
            throw e;
        }
    }

    /** Where clients connect. */
    public InetSocketAddress address() {
        return address;
    }

    /** Where the control API listens; null if there is none. */
    public @Nullable InetSocketAddress controlAddress() {
        return control == null ? null : control.address();
    }

    /** The node's JSON-RPC beside it; null if there is none. */
    public @Nullable RpcServer rpc() {
        return rpc;
    }

    /** The chain that is sent. */
    public Chain chain() {
        return chain;
    }

    /** What the provider saw until now. */
    public Report report() {
        return reporter.report();
    }

    /** What an uninterrupted direct subscriber gets. */
    public Truth truth() {
        return truth;
    }

    /** Where faults are ordered. */
    public FaultDesk faults() {
        return server.faults();
    }

    /** Tells every open stream that the server is shutting down, and frees everything within a second. */
    @Override
    public void close() {
        if (control != null) {
            control.close();
        }
        if (rpc != null) {
            rpc.close();
        }
        server.close();
        driver.close();
    }
}
