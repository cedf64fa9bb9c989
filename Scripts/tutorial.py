"""tutorial.py FILE: does in the current folder what a tutorial says. Scripts/tutorial.sh calls it.

Fenced blocks, by the words after the three backticks:

    sh                      runs in the shell, where the block before left it; it must succeed
    sh fails                the same, but it must fail
    sh skip                 is for people alone
    text                    what the shell block before printed: these lines, in this order, with others in between; numbers and
                            hashes may differ
    LANGUAGE PATH           is written to the file
    LANGUAGE PATH NAME…     takes the place of these C functions in the file, with the comments before them
    diff PATH               changes the one place in the file where its lines without '+' are
"""

import pathlib
import re
import subprocess
import sys


class Mismatch(Exception):
    """Where the tutorial and the program differ."""


def blocks(text):
    """Each block's line, words after the backticks, and content."""
    for match in re.finditer(r"^```(\S[^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, match.start()) + 1, match[1].split(), match[2]


def run(commands, folder, must_fail):
    """Runs commands; returns what they printed, and the folder that they end in."""
    script = f"trap 'pwd >&3' EXIT\nset -eo pipefail\n{commands}"
    command = ["bash", "-c", f"exec 3>.tutorial-folder\ncd -- \"$1\"\n{script}", "bash", str(folder)]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
    if (result.returncode != 0) != must_fail:
        wanted = "fail" if must_fail else "succeed"
        raise Mismatch(f"it ends with status {result.returncode}, but is to {wanted}; it printed:\n{result.stdout}")
    return result.stdout, pathlib.Path(pathlib.Path(".tutorial-folder").read_text().strip())


def pattern(line):
    """The line with its hashes and numbers taken out."""
    return re.sub(r"\d+(\.\d+)?(e[-+]?\d+)?", "#", re.sub(r"\b(?=[a-f]*\d)[0-9a-f]{12,}\b", "#", line.rstrip()))


def compare(expected, printed):
    """Checks that all expected lines were printed, in their order."""
    rest = iter([pattern(line) for line in printed.splitlines()])
    for line in expected.splitlines():
        if pattern(line) not in rest:
            raise Mismatch(f"it does not print, or not in this order:\n{line}\nbut:\n{printed}")


def once(text, old, new):
    """Replaces the only occurrence."""
    if text.count(old) != 1:
        raise Mismatch(f"the file has {text.count(old)} places like this, not one:\n{old}")
    return text.replace(old, new)


def changed(text, diff):
    """The text after a change."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if not line.startswith("+"))
    return once(text, old, "".join(line[1:] for line in lines if not line.startswith("-")))


def with_functions(text, names, replacement):
    """The text with something else in place of C functions."""
    for name in reversed(names):
        function = rf"(?:^/\*(?:(?!\*/).)*\*/\n)?^\w[^\n]*\b{name}\([^;{{]*\{{\n.*?^\}}\n"
        found = re.findall(function, text, re.MULTILINE | re.DOTALL)
        if len(found) != 1:
            raise Mismatch(f"the file has {len(found)} functions '{name}', not one")
        text = text.replace(found[0], replacement if name == names[0] else "")
    return text


def follow(path):
    """Does what a tutorial says."""
    folder, printed, runs = pathlib.Path.cwd(), "", 0
    for line, words, content in blocks(path.read_text()):
        try:
            if words == ["text"]:
                compare(content, printed)
            elif words[0] == "sh":
                if "skip" not in words:
                    print(content, end="", flush=True)
                    printed, folder = run(content, folder, "fails" in words)
                    runs += 1
            elif words[0] == "diff":
                file = folder / words[1]
                file.write_text(changed(file.read_text(), content))
            elif len(words) == 2:
                (folder / words[1]).write_text(content)
            elif len(words) > 2:
                file = folder / words[1]
                file.write_text(with_functions(file.read_text(), words[2:], content))
        except (Mismatch, OSError, subprocess.TimeoutExpired) as problem:
            sys.exit(f"{path.name}:{line}: {problem}")
    if runs == 0:
        sys.exit(f"{path.name}: it has nothing to run")


if __name__ == "__main__":
    follow(pathlib.Path(sys.argv[1]))
