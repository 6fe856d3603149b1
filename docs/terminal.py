#!/usr/bin/env python3
"""Draws what a terminal showed as an SVG picture: terminal.py <SESSION >terminal.svg. A line that begins with "$ " is what was typed."""
import html
import sys

lines = [line.rstrip("\n") for line in sys.stdin]
WIDTH, LINE, LEFT, TOP = max(map(len, lines)) * 7.85 + 40, 19, 20, 52
out = [
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{len(lines) * LINE + TOP + 14}" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="13">',
    '<rect width="100%" height="100%" rx="9" fill="#14171c"/>',
    *(f'<circle cx="{20 + 18 * i}" cy="19" r="6" fill="{c}"/>' for i, c in enumerate(("#ff5f57", "#febc2e", "#28c840"))),
]
for row, line in enumerate(lines):
    typed = line.startswith("$ ")
    mark = '<tspan fill="#5ad4a6">$ </tspan>' if typed else ""
    text = html.escape(line[2:] if typed else line)
    out.append(f'<text x="{LEFT}" y="{TOP + row * LINE}" xml:space="preserve" fill="{"#ffffff" if typed else "#b9c2cf"}">{mark}{text}</text>')
print("\n".join(out + ["</svg>"]))
