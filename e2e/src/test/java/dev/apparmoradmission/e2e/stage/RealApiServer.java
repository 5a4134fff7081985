package dev.apparmoradmission.e2e.stage;

import dev.apparmoradmission.e2e.cluster.Ladder;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.cluster.TestCluster;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Gives a test class its {@link Stage}, on the one API server of the run: started for the first class, stopped after
 * the last. A failure brings the end of the webhook's log with it.
 */
public final class RealApiServer implements BeforeAllCallback, ParameterResolver, TestExecutionExceptionHandler {
    private static final Namespace NAMESPACE = Namespace.create(RealApiServer.class);
    private static final int LOG_LINES = 30;

    @Override
    public void beforeAll(ExtensionContext context) {
        stage(context);
    }

    private static Stage stage(ExtensionContext context) {
        Path e2e = Path.of(System.getProperty("e2e.directory"));
        Settings settings = Settings.ofProcess();
        // A store closes what it holds when its context ends: the root's with the run, a class's with the class.
        TestCluster cluster = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        TestCluster.class, key -> new Ladder(settings, e2e, System.out).climb(), TestCluster.class);
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(Stage.class, key -> new Stage(cluster, settings, e2e), Stage.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Stage.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return stage(context);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        stage(context)
                .scene()
                .ifPresent(scene -> System.out.println(
                        "The webhook's log ends with:\n" + scene.webhook().tail(LOG_LINES)));
        throw failure;
    }
}
