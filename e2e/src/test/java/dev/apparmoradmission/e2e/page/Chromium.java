package dev.apparmoradmission.e2e.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the browser of the run, which ends with it. */
final class Chromium implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(Chromium.class);

    private static Browser start() {
        try {
            Path target = Files.createDirectories(Product.E2E.resolve("target"));
            Browser browser = Browser.start(Files.createTempDirectory(target, "chromium"));
            System.out.println("page: " + browser.version());
            return browser;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Browser.class, key -> start(), Browser.class);
    }
}
