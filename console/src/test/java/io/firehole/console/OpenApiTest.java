package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.console.OpenConsole.Answer;
import io.firehole.console.http.Route;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Holds the OpenAPI document to what the console does. */
@Timeout(60)
class OpenApiTest {

    private final OpenConsole console;
    private final JsonNode document;

    OpenApiTest() throws IOException {
        console = new OpenConsole();
        document = console.get("/api/openapi.json").json();
    }

    @AfterEach
    void stop() {
        console.close();
    }

    @Test
    void hasEveryPathAndEveryMethodThatIsTaken() {
        assertThat(document.get("openapi").asText()).startsWith("3.1");
        List<String> written = new ArrayList<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation -> written.add(operation.getKey() + " " + path.getKey())));
        List<String> there = new ArrayList<>();
        for (Route route : console.console.routes().all()) {
            there.add("get " + route.path());
            if (route.takesOrders()) {
                there.add("post " + route.path());
            }
        }
        assertThat(written).containsExactlyElementsOf(there);
    }

    @Test
    void everyProblemIsOfTheShapeThatIsWritten() throws IOException {
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            String asked = path.getKey().replace("{id}", "no-such").replaceAll("\\{\\w+}", "app.js");
            Answer answer = console.get(asked);
            if (answer.head().contains("application/problem+json")) {
                for (JsonNode field : document.at("/components/schemas/Problem/required")) {
                    assertThat(answer.json().has(field.asText())).as(asked).isTrue();
                }
                assertThat(answer.json().get("status").asInt()).isEqualTo(answer.status());
            }
        }
    }

    @Test
    void everyParameterThatIsWrittenIsTakenAndNoOther() throws IOException {
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            String asked = path.getKey().replace("{id}", "1").replaceAll("\\{\\w+}", "app.js");
            assertThat(console.get(asked + "?no-such-parameter=1").detail())
                    .as(asked)
                    .startsWith("unknown parameter");
            for (JsonNode parameter : path.getValue().at("/get/parameters")) {
                if (parameter.get("in").asText().equals("query")) {
                    Answer answer =
                            console.get(asked + "?" + parameter.get("name").asText() + "=1");
                    assertThat(answer.text()).as(asked).doesNotContain("unknown parameter");
                } else {
                    assertThat(path.getKey())
                            .contains("{" + parameter.get("name").asText() + "}");
                }
            }
        }
    }

    @Test
    void theBodyOfAQuestionHasTheFieldsThatAreTaken() throws IOException {
        JsonNode body = document.at("/paths")
                .path("/api/grpc-pool/filters/test")
                .at("/post/requestBody/content/application~1json/schema");
        List<String> fields = new ArrayList<>();
        document.at(body.get("$ref").asText().substring(1))
                .get("properties")
                .fieldNames()
                .forEachRemaining(fields::add);
        assertThat(console.order("/api/grpc-pool/filters/test", "{\"no-such-field\":1}")
                        .detail())
                .endsWith("; there are " + String.join(", ", fields));
    }
}
