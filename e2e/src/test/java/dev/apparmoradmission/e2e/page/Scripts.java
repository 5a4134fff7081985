package dev.apparmoradmission.e2e.page;

/** What tests have the browser work out. */
final class Scripts {

    /**
     * The contrast of every text that is seen with what is behind it, by the formula of WCAG 2.2
     * (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). Large text needs 3, other text 4.5.
     */
    static final String CONTRAST = """
        const channels = (colour) => {
          const found = colour.match(/[\\d.]+/g).map(Number);
          return found.length < 4 ? [...found, 1] : found;
        };
        const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
        const light = (colour) => {
          const [r, g, b] = colour.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = (element) => {
          const layers = [];
          for (let at = element; at; at = at.parentElement) layers.push(channels(getComputedStyle(at).backgroundColor));
          return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
        };
        const faint = [];
        let texts = 0;
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const element = walker.currentNode.parentElement;
          if (!walker.currentNode.textContent.trim() || element.closest('script, .heard, option, .skip') || !element.checkVisibility()) continue;
          const style = getComputedStyle(element);
          const below = ground(element);
          const [a, b] = [light(over(channels(style.color), below)), light(below)].sort((x, y) => y - x);
          const size = parseFloat(style.fontSize);
          const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
          const contrast = (a + 0.05) / (b + 0.05);
          texts += 1;
          if (contrast < (large ? 3 : 4.5)) faint.push(element.tagName + '.' + element.className + ' ' + contrast.toFixed(2) + ' ' + walker.currentNode.textContent.slice(0, 30));
        }
        return {texts, faint: faint.slice(0, 20), dark: light(ground(document.body)) < 0.2};
        """;

    private Scripts() {}
}
