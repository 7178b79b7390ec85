/** A book with one of everything. */
export const everything = {
  '1 The Letter': `# The Letter

“There was a letter,” said Marion, “and then there was *not* a letter.”[^1] It was **gone**.

* * *

In the morning the tide had gone out.

> Sir, I regret it.
>
> I regret it *very* much.

O the sea she is wide
  and the sea she is deep

1. a clock;
2. a boot:
   - left
   - brown

| tide | hour |
| :--- | ---: |
| high | 6.12 |

See [the almanac](https://example.org/?a=1&b=2), ~~or not~~, and \`code\`.

## A Smaller Heading

The end.

[^1]: It was a *good* clock.
`,
  '2 The Mud': 'It was <b>grey</b> & wide.[^1]\n\n[^1]: Of another document.\n',
} as const;

/** A chapter with all that a .docx is to keep, written as its reader gives it back. */
export const chapter = `# The Letter

“There was a letter,” said Marion, “and then there was *not* a letter.”[^1] It was **gone**, ***all*** of it, ~~or not~~, and mid*word*s too; ‘it’s’ — she’d said… \`code\`.

*Whole in italics, “every” word of it.*

* * *

In the morning the tide had gone out—two  spaces, and a\\
hard break.

> Sir, I regret it.
>
> I regret it *very* much.

O the sea she is wide
  and the sea she is deep

* * *

1. a clock;
2. a boot:
   - left
   - brown
3. a hat

- one
- *two*

3. third
4. fourth

| tide | hour |
| :--- | ---: |
| high | 6.12 |
| *low* | 12.30 |

See [the almanac](https://example.org/?a=1&b=2), and another note.[^2]

## A Smaller Heading

### Of *three*

The end.

[^1]: It was a *good* clock.

[^2]: The second note.

    With two paragraphs.
`;

/** What no exported file may do, however it is written. */
export const hostile = `# <script>alert(1)</script>

<script>alert(2)</script>

<img src="http://tracker.example/a.png" onerror="alert(3)">

![b](http://tracker.example/b.png) [c](javascript:alert(4)) [d](https://example.org/"onclick="alert(5))

<style>@import url(http://tracker.example/c.css);</style> <iframe src="http://tracker.example/"></iframe>

\`<script>alert(6)</script>\` &lt;script&gt; "quotes" ]]> <!-- comment --> \u0000\u0001\u001f\ufffe\ud800

~~~html
<script>alert(7)</script>
~~~
`;
