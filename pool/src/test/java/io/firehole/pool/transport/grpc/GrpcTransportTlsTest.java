package io.firehole.pool.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.wire.GrpcStatus;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted connections: with a certificate to trust, and without. */
@Timeout(60)
class GrpcTransportTlsTest {

    @TempDir
    private Path folder;

    private final ControlThread budgetThread = ControlThread.start("test-budget");
    private final ConnectionBudget budget =
            new ConnectionBudget(List.of(BudgetRule.DEFAULT), NanoClock.system(), budgetThread);
    private final Heard heard = new Heard();
    private X509Bundle authority;
    private GeyserServer server;

    @BeforeEach
    void startProvider() throws Exception {
        authority = new CertificateBuilder()
                .subject("CN=Test Authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle certificate = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .buildIssuedBy(authority);
        Path chain = Files.writeString(folder.resolve("chain.pem"), certificate.getCertificatePathPEM());
        Path key = Files.writeString(folder.resolve("key.pem"), certificate.getPrivateKeyPEM());
        server = GeyserServer.start(0, builder -> builder.useTransportSecurity(chain.toFile(), key.toFile()));
    }

    @AfterEach
    void stop() {
        server.close();
        budgetThread.close();
    }

    private GrpcEndpoint endpoint() {
        return GrpcEndpoint.parse("localhost:" + server.port()).withToken(AccessToken.of("secret"));
    }

    @Test
    void connectsToAProviderWhoseCertificateIsTrusted() throws Exception {
        Path trusted = Files.writeString(folder.resolve("ca.pem"), authority.getRootCertificatePEM());
        try (GrpcTransport transport = new GrpcTransport(
                endpoint(),
                budget,
                GrpcTransportSettings.DEFAULT.withTrustedCertificates(trusted),
                NanoClock.system())) {
            transport
                    .connect(1, PermitWish.connect(PermitClass.FIRST_CONNECT, 1), heard)
                    .subscribe(heard.stream());
            heard.next(Heard.Event.Ready.class);
            GeyserServer.Call call = server.call();
            call.send("update".getBytes(StandardCharsets.UTF_8));
            assertThat(heard.update()).asString(StandardCharsets.UTF_8).isEqualTo("update");
            assertThat(call.header("x-token")).isEqualTo("secret");
        }
    }

    @Test
    void refusesAProviderThatIsNotWhoItShouldBe() throws Exception {
        try (GrpcTransport transport = new GrpcTransport(endpoint(), budget)) {
            transport
                    .connect(1, PermitWish.connect(PermitClass.FIRST_CONNECT, 1), heard)
                    .subscribe(heard.stream());
            assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
            GrpcStatus why = heard.closedConnection();
            assertThat(why.code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
            assertThat(why.message()).containsIgnoringCase("certif").doesNotContain("secret");
            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void saysWhichTrustedCertificatesCannotBeRead() {
        GrpcTransportSettings settings =
                GrpcTransportSettings.DEFAULT.withTrustedCertificates(folder.resolve("missing.pem"));
        assertThatThrownBy(() -> new GrpcTransport(endpoint(), budget, settings, NanoClock.system()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing.pem");
    }
}
