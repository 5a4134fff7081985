package dev.apparmoradmission.e2e.node;

import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.kernel.AppArmorKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives a test class the AppArmor kernel of the run. It boots while the API server starts; whoever needs it waits. */
final class RealKernel implements BeforeAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(RealKernel.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        kernel(context);
    }

    private static AppArmorKernel kernel(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(AppArmorKernel.class, key -> start(), AppArmorKernel.class);
    }

    private static AppArmorKernel start() {
        Path target = Path.of(System.getProperty("e2e.directory"), "target");
        List<String> prefix = Settings.ofProcess()
                .value("E2E_APPARMOR_PREFIX")
                .map(words -> List.of(words.split("\\s+")))
                .orElse(List.of());
        try {
            return AppArmorKernel.start(
                    prefix,
                    Path.of(System.getProperty("java.home"), "bin", "java"),
                    target.resolve("classes"),
                    target.resolve("kernel"));
        } catch (IOException failure) {
            throw new UncheckedIOException("the AppArmor kernel does not start", failure);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == AppArmorKernel.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        AppArmorKernel kernel = kernel(context);
        kernel.awaitReady();
        // Anything else would fail too, and nobody would see why.
        String enabled = kernel.run("cat /sys/module/apparmor/parameters/enabled || true")
                .output()
                .strip();
        if (!enabled.equals("Y")) {
            throw new IllegalStateException("that kernel has AppArmor off (" + enabled
                    + "): e2e/kernel/run says what leads to one that has it on");
        }
        return kernel;
    }
}
