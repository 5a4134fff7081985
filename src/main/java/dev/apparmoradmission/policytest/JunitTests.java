package dev.apparmoradmission.policytest;

import dev.apparmoradmission.report.JunitXml;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.stream.Stream;

/** JUnit's XML: a test case a case. */
final class JunitTests implements TestReport {

    private final Writer out;
    private final JunitXml xml = new JunitXml();

    /** Writes to this, in UTF-8. */
    JunitTests(Writer out) {
        this.out = out;
    }

    @Override
    public void add(CaseResult result) {
        PolicyCase test = result.test();
        if (result.passed()) {
            xml.passed(test.file(), test.name(), List.of());
        } else {
            Stream<String> differences = result.differences().stream().map(Difference::text);
            String place = test.file() + ":" + test.place() + ": ";
            xml.failed(
                    test.file(),
                    test.name(),
                    "failed",
                    differences.map(place::concat).toList());
        }
    }

    @Override
    public void problem(String line) {
        xml.unreadable(line);
    }

    @Override
    public void end(int passed, int failed, List<String> untouched) throws IOException {
        xml.write(out);
    }
}
