"""Records what PyYAML's safe_load makes of many inputs, for tests/yaml/differential.rs.

    python record.py > recorded.jsonl            record the answers anew
    python record.py --read < texts.json         answer the texts given as a JSON list

Needs PyYAML 6.0.3 and nothing else. One line a case: [input, answer]. Answers carry their types:
strings, booleans and null are themselves; ["i", digits], ["f", repr], ["t", isoformat],
["b", hex], ["l", [items]], ["m", [[key, value], ...]], ["s", [members]], ["r"] for a value that
contains itself, ["e"] for an error and ["e", line, column] for one with a place, from 1.
"""

import datetime
import json
import random
import sys

import yaml


def tag(value, above=()):
    if id(value) in above:
        raise RecursionError
    above = above + (id(value),) if isinstance(value, (list, dict, tuple)) else above
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return ["i", str(value)]
    if isinstance(value, float):
        return ["f", repr(value)]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return ["t", value.isoformat()]
    if isinstance(value, bytes):
        return ["b", value.hex()]
    if isinstance(value, (list, tuple)):
        return ["l", [tag(item, above) for item in value]]
    if isinstance(value, dict):
        return ["m", [[tag(k, above), tag(v, above)] for k, v in value.items()]]
    if isinstance(value, set):
        return ["s", sorted((tag(item, above) for item in value), key=json.dumps)]
    raise TypeError(type(value))


def answer(text):
    try:
        value = yaml.safe_load(text.encode("utf-8", "surrogatepass"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return ["e", mark.line + 1, mark.column + 1] if mark else ["e"]
    except Exception:  # PyYAML lets ValueError, KeyError and others through.
        return ["e"]
    try:
        return tag(value)
    except RecursionError:
        return ["r"]


WORDS = """
 yes Yes YES yEs no No NO on On ON oN off Off OFF true True TRUE tRUE false False FALSE y Y n N t f
 null Null NULL nUll ~ ~~ nil None << = == =a <<a < <- .inf .Inf .INF .iNF -.inf +.inf .nan .NaN
 .NAN -.nan +.nan inf nan -inf . .. .e .e1 -. +. + - -- +- _ __ 0 00 000 -0 +0 0_ 0__ 00_ 01 07 08
 09 010 012 -012 +012 0o14 0o8 0O7 0b0 0b1 0b101 -0b11 +0b11 0b 0b_ 0b2 0B1 0b1_0 0x 0x_ 0xg 0x1F
 0XFF -0xff 0xff_ff 0x_f 1 -1 +1 1_ 1_000 1__0 _1 1e3 1E3 1e+3 1e-3 1.0e3 1.0e+3 1.0E-3 1.e+3 1.e3
 1. 1.5 1.5_ 1._5 1.5e 1.5e+ 1.5e+_1 1.5e+1_ 1.5e+10 .5 -.5 +.5 .5e+1 .5e1 ._5 .5_ 5.5.5 1.2.3 00.5
 08.5 1_0.5 -1.5 +1.5 1:30 1:3 1:60 1:59 01:30 0:30 0:30.5 1:30.5 1:30. 1:30.5_0 1:30.5e+1 -1:30
 +1:30 12:30:45 190:20:30 190:20:30.15 1:99 1:2:3:4:5:6 10:00 10:0 1_0:30 :30 1: 9:59:59 1:30_
 2024-01-01 2024-1-1 2024-13-45 2024-02-29 2023-02-29 1900-02-29 2000-02-29 0000-01-01 0001-01-01
 9999-12-31 2024-00-10 2024-04-31 2024-01-01T 2024-01-01T1:02:03 2024-01-01t01:02:03
 2024-01-01T01:02:03Z 2024-01-01T01:02:03z 2024-01-01T01:02:03+01:00 2024-01-01T01:02:03-5
 2024-01-01T01:02:03+05:30 2024-01-01T01:02:03+0530 2024-01-01T01:02:03.5 2024-01-01T01:02:03.
 2024-01-01T01:02:03.123456789 2024-01-01T01:02:03.1Z 2024-01-01T24:00:00 2024-01-01T23:60:00
 2024-01-01T23:59:60 2024-01-01T23:59:59+24:00 2024-01-01T23:59:59+23:59 2024-01-01T23:59:59-23:59
 2024-01-01T23:59:59-00:00 2024-01-01T23:59:59+05:99 2024-1-1T1:02:03 2024-01-01T1:2:3 20240101
 2024-01 2024-01-01x 12024-01-01 2024-01-1 2024-1-01 -2024-01-01 2024_01-01 2024-01-01T01:02
 1e400 1.0e+400 -1.0e+400 1.0e-400 1.7976931348623157e+308 4.9e-324 0.1 0.30000000000000004
 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809
 123456789012345678901234567890 0xffffffffffffffffffff 0b1111111111111111111111111111111111111111
 0777777777777777777777777777 99999999999999:30 1.0 -0.0 0.0 1e0 e3 1e 10Gi 500m 1.2.3 3.11 v1 1/2
 100% $x ^a ;a =a a=b (a) a,b a;b a!b a&b a*b a|b a>b a@b a`b a\\b a"b a'b a#b a:b a? é ü1 1é ①
""".split()

PHRASES = [
    "2024-01-01 01:02:03", "2024-01-01  1:02:03 +1", "2024-01-01\t01:02:03", "2024-01-01 01:02:03 Z",
    "2024-01-01 01:02:03 -05:00", "2024-01-01 01:02:03 ", "2001-12-14 21:59:43.10 -5", "a b", "a  b",
    "yes no", "1 2", "a #b", "a # b", "a: b", "a:b", "a :b", "a : b", "'yes'", '"yes"', "'1'", '"1"',
    "''", '""', "'it''s'", '"a\\tb"', '"\\x41\\u00e9\\U0001F600"', '"\\0\\a\\b\\e\\f\\v\\N\\_\\L\\P\\/"',
    '"\\q"', '"\\x4"', '"\\xzz"', '"\\UFFFFFFFF"', '"a\\\\b"', "'a\\b'", '"a', "'a", "! yes", "! 'yes'",
    "! 12", "!", "!!str", "!!str 12", "!!str yes", "!!str", "!!int '12'", "!!int 0o14", "!!int ''",
    "!!int x", "!!int 1.5", "!!int '0x1F'", "!!int ' 12 '", "!!int '+-5'", "!!int 1:30", "!!int '08'",
    "!!float 3", "!!float 1e3", "!!float '1:30'", "!!float x", "!!float ''", "!!float inf",
    "!!float .inf", "!!float -.INF", "!!float 'NaN'", "!!float ' 1.5 '", "!!float 1_0", "!!bool yes",
    "!!bool 'YES'", "!!bool y", "!!bool 1", "!!null x", "!!null ''", "!!null", "!!binary aGVsbG8=",
    "!!binary 'aGVs bG8='", "!!binary aGVsbG8", "!!binary a", "!!binary ''", "!!binary aA==",
    "!!binary aA=", "!!binary é", "!!binary aA==bb", "!!binary =aA==", "!!binary a=A==",
    "!!timestamp 2024-01-01", "!!timestamp 2024-1-1", "!!timestamp '2024-01-01 1:02:03'",
    "!!timestamp x", "!!timestamp 2024-13-01", "!!timestamp \"2024-01-01\\n\"", "!!seq x", "!!map x",
    "!!set x", "!!omap x", "!!pairs x", "!foo x", "!!foo x", "!!python/name:os.system x",
    "!<tag:yaml.org,2002:int> 7", "!<tag:yaml.org,2002:str> 7", "!<!> 7", "!<x> 7", "!e!x y",
    "!!merge <<", "!!value =", "!!%73tr 12", "!!%zz 1", "&a 1", "&a yes", "&a", "*a", "& a", "* a",
    "&a &b 1", "!!str !!str 1", "&a !!str 1", "!!str &a 1", "&a!x 1", "&é 1", "@a", "`a", "%a", "|a", ">a", "- a", "? a", "-a", "?a", ":a", ",a", "[a", "]a", "{a", "}a",
    "#a", "a ", "\ta", "a\t", "a\tb", "a\t#b", "\u00a0a", "a\u00a0", "a\u2003b", "\ufeffa", "a\ufeff",
    "😀", "\x07", "a\x7fb", "\x85a", "a\x85b", "a\u2028b", "\ufffe", "\uffff", "\x00", "a\x00b",
]

DOCUMENTS = [
    # Empty, one and many documents, byte order marks.
    "", " ", "\n", "# only\n", "---", "---\n", "--- a", "---a", "--- # c\n", "...", "...\n", "---\n...",
    "a\n...\n", "a\n...\n...\n", "a\n---\nb\n", "---\na\n---\n", "a\n...\nb\n", "---\n---\n", "--- |\n a\n",
    "--- >\n a\n b\n", "--- {a: 1}\n", "--- a: 1\n", "--- - a\n", "---\ta\n", "\ufeffa: 1", "\ufeff",
    "\ufeff# c\na: 1\n", "a: \ufeff1", " \ufeffa", "\ufeff---\na", "a: 1\n\ufeffb: 2", "...\na: 1\n",
    # Directives.
    "%YAML 1.1\n---\na: 1", "%YAML 1.2\n---\na: yes", "%YAML 2.0\n---\na", "%YAML 1.1\n%YAML 1.1\n---\na",
    "%YAML 1\n---\na", "%YAML\n---\na", "%YAML 1.1", "%YAML 1.1\na", "%FOO bar\n---\na", "%TAG ! tag:x,1:\n---\n!a b",
    "%TAG !e! tag:yaml.org,2002:\n---\n!e!int '1'", "%TAG !e! tag:yaml.org,2002:\n--- !e!str 1\n",
    "%TAG !e! x\n%TAG !e! y\n---\na", "%TAG !! tag:x,1:\n---\n!!int 1", "%TAG e x\n---\na", "%TAG !e!\n---\na",
    "%TAG !e! !\n---\n!e!x a", "%YAML 01.1\n---\na", "% YAML 1.1\n---\na", "a\n%b", "a\n%YAML 1.1\n---\nb",
    "%YAML 1.1 # c\n---\na", "%YAML 1.1 x\n---\na", "---\n%YAML 1.1\n---\na",
    # Mappings.
    "a: 1", "a: 1\nb: 2\n", "a:\n  b:\n    c: 1\n", "a:\nb:\n", "a:", "a :", "a : 1", ": 1", ":", "? a\n: 1",
    "? a", "? a\n? b", "?", "? ", "? |\n  a\n: 1", "? - a\n: 1", "? {a: 1}\n: 1", "? [a]\n: 1", "? a\n:\n  - 1",
    "{a: 1}: 2", "[a]: 2", "a: b: c", "a: 1\n  b: 2", "a: 1\n b: 2", " a: 1\nb: 2", "a: 1\n- b", "- a\nb: 1",
    "a: 1\n\tb: 2", "a:\n\tb: 2", "\ta: 1", "a:\t1", "a: \t1", "a: 1\t", "a: 1\t# c", "a:1", "a: 1 # c", "a: #c",
    "a: # c\n  b: 1", "a: b\n  c\n", "a: b\n  c: d", "a\nb: 1", "a b: 1", "a #b: 1", "'a': 1", '"a": 1', '"a":1',
    "'a b': 1", "1: a", "1.5: a", "yes: a", "null: a", "~: a", "'': a", ": a\nb: c", "2024-01-01: a",
    "2024-01-01T01:02:03Z: a", "99999999999999999999: a", "!!binary aA==: b", "? !!binary aA==\n: b", "<: a", "=: a",
    "= : a", "a: =", "- =", "=", "a: <<", "- <<", "'<<': 1", "'=': 1", "!!str <<: 1", "!!str =: 1", "? =\n: 1",
    "!!int {=: '5'}", "!!str {a: 1, =: x}", "!!str {a: 1}", "!!int [1]", "!!null {=: a}", "!!null {a: b}",
    "a: 1\na: 2", "a: 1\nb: 2\na: 3", "1: a\n1.0: b\ntrue: c", "true: a\n1: b", "{a: 1, a: 2}", ".nan: 1\n.NaN: 2",
    "a: &x 1\nb: *x", "&k a: 1\nb: *k", "&k a: 1\n*k : 2", "*k: 1", "? &k a\n: *k", "-1: a", "0x10: a", "1e3: a",
    "a" * 1023 + ": 1", "a" * 1024 + ": 1", "a" * 1025 + ": 1", "b: 1\n" + "a" * 1025 + ": 1",
    "? " + "a" * 1030 + "\n: 1", '"' + "é" * 1022 + '": 1', '"' + "é" * 1030 + '": 1', "{" + "a" * 1030 + ": 1}",
    # Sequences.
    "- a", "- a\n- b\n", "-", "- ", "-\n-\n", "- - a\n  - b\n- c", "- - - a", "-   - a\n    - b", "- a: 1\n  b: 2\n- c: 3",
    "- a:\n    b: 1", "- a:\n  b: 1", "a:\n- 1\n- 2\n", "a:\n- 1\nb: 2", "a:\n  - 1\n  - 2\nb: 3", "a:\n  - 1\n - 2", "a:\n - 1\n  - 2",
    "a: - 1", "- a\n - b", "- a\n  - b", "-a\n-b", "- a\n-b", "-\ta", "- \ta", "- # c\n  a", "-\n  a", "-\n a\n-\n b",
    "? - a\n  - b\n: c", "- ? a\n  : b", "- ? a\n- b", "- : b", "- - : b", "a:\n  -\n  - b", "a:\n-\nb:", "- |\n a\n- b", "-\n  - a\n - b",
    # Flows.
    "[]", "{}", "[a, b]", "[a, b,]", "[,]", "[a,,b]", "[a b]", "[a", "[a,", "a]", "]", "}", "{", "[", "{a", "{a:", "{a: 1",
    "{a: 1,}", "{,}", "{a, b}", "{a: , b: }", "{a:1}", "{a :1}", "{'a':1}", '{"a":1}', '{"a":"b"}', "{a: b: c}", "[a: b]",
    "[a: b, c: d]", "[? a : b]", "[? a]", "[?]", "[?b]", "[b?, c]", "[b?]", "{?b: c}", "{b?: c}", "{? a : b, ? c}", "{?}", "{? , a}",
    "[:a]", "[a:]", "[a:,b]", "[: a]", "{: a}", "{:}", "[:]", "[a:b]", "[a:{b}]", "{a:[b]}", "[-]", "[- a]", "[-a]", "[-1, - 2]",
    "[a #c\n, b]", "[a, #c\n b]", "[a,#c\n b]", "[a\n  b, c]", "[\na\n,\nb\n]", "{\n  a: 1,\n  b: 2\n}", "{a: 1\n}", "a: {\n}", "a: [\n]",
    "a: [\nb\n]", "a: {b: [1, {c: d}]}", "[[[]]]", "[{}, []]", "[a]b", "[a] b", "[a]\nb", "{a: 1} b: 2", "[a]: b: c", "[a, b]: c", "[[a]: b]",
    "{[a]: b}", "{{a: b}: c}", "{a: 1, b}", "[|\n a\n]", "[>a]", "[%a]", "[@a]", "[a%b]", "[a\tb]", "[a,\tb]", "[\ta]", "{a:\tb}", "[!!str a, b]",
    "[!!str, b]", "[!!str , b]", "[&a b, *a]", "[&a b, *a , c]", "{&a b: *a}", "{*a : b}", "[*a]", "[a, 'b', \"c\"]", "['a'b]", "['a' 'b']",
    "[\"a\":b]", "[a\n: b]", "{a\n: b}", "{a: b\n c}", "[a\n\nb]", "[---]", "[--- ]", "[\n---\n]", "[\n...\n]", "[a, ---, b]", "[-\n]", "{a: -}",
    "[a, b]\n[c]", "{a: 1}\n{b: 2}", "- [a\n- b]", "a: [b\nc: d]", "[a, [b, c]", "[a}", "{a]", "[,a]", "[a,b,c]", "[1,2,yes,~,]", "[#a\n]",
    # Plain scalars over lines.
    "a\nb", "a\n\nb", "a\n\n\nb", "a\n b\n  c", "a:\n  b\n  c", "a:\n  b\n\n  c", "a:\n  b\n c", "a:\n  b\nc", "a: b\n\n  c\n", "- a\n  b", "- a\nb",
    "a # c\nb", "a\n# c\nb", "a\n #c", "a\n  #c\n  b", "a:\n  b # c\n  d", "a\n---", "a\n--- b", "a\n...", "a\n---b", "a\n  ---\nb", "a: b\n  - c", "a: b\n- c", "a: b\n  ? c",
    "a\r\nb", "a\rb", "a: 1\r\nb: 2\r\n", "a: 1\rb: 2", "a\x85b", "a: 1\x85b: 2", "a\u2028b", "a:\u20281", "a: x\u2028  y", "a: x\u2028\u2029  y", "a: x\n\u2028  y", "a\tb\nc", "a \nb", "a\t\nb",
    "a  \n  b", "- a\n\n- b", "a:b\nc", "a: b:c", "a: b :c", "a: http://x.y/z?a=b#c", "a: b #c", "a: b#c", "a: 'b' #c", "a: 'b'#c", "a: -", "a: - ", "a: ?", "a: ? b", "a: -b", "a: ?b", "a: :b", "a: :",
    # Quoted scalars.
    "'a\nb'", "'a\n\nb'", "'a \n b'", "'a\n\n\nb'", '"a\nb"', '"a\\\nb"', '"a\\\n  b"', '"a \\\n  b"', '"a\\n\nb"', '"a\n\n b"', '" a "', '"\n"', '"\n\n"', "'\n'", '"a\t\nb"', '"a\n\tb"',
    "'a\n---\nb'", "'a\n--- b'", "'a\n...'", "'a\n---b'", '"a\n ---\nb"', "'a': 'b\n c'", "a: 'b\nc'", "a: 'b\n  c'\nd: e", "'a\nb': c", '"a\nb": c', "'a' b", "'a'b", '"a" "b"', "'a'\n'b'",
    '"a\\x85b"', '"a\\u2028b"', '"a\u2028b"', "'a\x85b'", "'a\u2028 \u2029b'", '"\\\u2028 a"', '"\\ a"', '"a\\ \n b"', '"\\\ta"', "'\\n'", "''''", "'''a'''", '"\\""', "'\"'", '"\'"', "a: \"b: c\"", '"\\u12"', '"\\N"',
    # Block scalars.
    "|\n a\n b", "|\n a\n b\n", "|\n a\n\n", "|-\n a\n", "|-\n a\n\n", "|+\n a\n\n", "|+\n a", "|+\n\n", "|", "|\n", "|\n\n", "|-\n\n", ">", "|+", "|\na", "a: |\nb: 1", "a: |\n\nb: 1", "a: |+\n\nb: 1",
    "a: |\n b\n c", "a: |\n  b\n   c\n  d\n", "a: |\n   b\n  c\n", "a: |2\n   b\n  c\n", "a: |1\n  b", "a: |0\n b", "a: |10\n b", "a: |-2\n    b\n", "a: |2-\n    b\n", "a: |+2-\n b", "a: |x\n b", "a: | x\n b", "a: | # c\n b\n", "a: |# c\n b\n",
    "a: |\n\n b", "a: |\n  \n b", "a: |\n   \n b", "a: |\n    \n  b\n", "a: |\n  b\n \n  c", "a: |\n  b\n    \n  c", "a: |\n\tb", "a: |\n \tb", "a: |\n  b\n\tc", "a: |\n  b\n # c\n  d", "a: |\n  # b\n  c", "a: |\n  b\n# c\nd: 1",
    ">\n a\n b\n", ">\n a\n\n b\n", ">\n a\n\n\n b\n", ">\n a\n  b\n c\n", ">\n a\n\n  b\n\n c\n", ">\n  a\n\n", ">-\n a\n b\n\n", ">+\n a\n b\n\n", ">\n a\n \tb\n c\n", ">\n\n a\n", ">\n a \n b\n", "a: >\n  b\n  c\n\n  d\n", "- |\n a\n b\n- >\n c\n d\n",
    "- |\n  a\n b", "|\n a\n---\nb", "|\n a\n...\n", "a: |\n ---\n b", "|1\n a\n", "|2\n a\n", "a: |\r\n  b\r\n  c\r\n", "a: |\n  b\x85  c\n", "a: |\n  b\u2028  c\n", "a: >\n  b\u2028  c\n", "a: |\n  é\n  ü\n", "a: !!str |\n  b\n", "a: &x |\n  b\nc: *x", "? |\n a\n: |\n b\n",
    "a: !!binary |\n  aGVs\n  bG8=\n", "a: !!int |\n  12\n", "a: |\n  b: c\n  - d\n", "|\n  a\n b\n", "a: >\n\n  b\n", "a: |-\n  b", "a: |+\n  b\n\n\nc: d", "a: |+\n  b\n\n", "a:\n  |\n  b", "a:\n  |\n   b", "[a, |\n b]",
    # Anchors, aliases, tags.
    "- &a 1\n- *a", "- &a [1, 2]\n- *a", "a: &x {b: 1}\nc: *x", "- &a 1\n- &a 2", "- &a\n- *a", "&a [*a]", "&a {b: *a}", "- &a b\n- * a", "*a", "- *a\n- &a 1", "&a b: *a", "- &a-b_1 c\n- *a-b_1", "&a.b c", "*a.b", "- &a b\n- [*a]", "- &a b\n- {*a : c}",
    "- &a b\n- {*a: c}", "&a\n- b", "&a\nb: c", "&a b: c", "!!map &a\nb: c", "a: &x\n  b: c\nd: *x", "a: &x\nb: *x", "&a &b c", "!!str &a !!int 1", "a: !!str\nb: 1", "- !!str\n- !!int '1'", "!!seq [a]", "!!map {a: 1}", "!!map [a]", "!!seq {a: 1}", "!!seq\n- a", "!!map\na: 1",
    "!!set {a, b}", "!!set {a: 1, b: 2}", "!!set [a]", "!!set\n? a\n? b", "!!set {[a]}", "!!omap [a: 1, b: 2]", "!!omap [a: 1, a: 2]", "!!omap {a: 1}", "!!omap [a]", "!!omap [{a: 1, b: 2}]", "!!pairs [a: 1, a: 2]", "!!pairs [[a]: 1]", "!!pairs\n- a: 1\n- b: 2", "a: !!set {}", "!!omap []", "!!pairs [{}]",
    "!foo {a: 1}", "!foo [a]", "!!python/object:x.y {a: 1}", "!!python/tuple [1]", "!<a b> c", "!<a", "!a!b c", "!a! b", "!! a", "!!  a", "!a,b c", "[!a, b]", "! [a]", "! {a: 1}", "! a: 1", "a: ! b", "a: !\nb: 1", "!!str, a", "!!str\ta", "!\ta", "!!int 1 2", "!!bool [yes]", "!!int yes: 1", "!!float 1: 2",
    # Merges.
    "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2", "a: &x {b: 1}\nc:\n  b: 2\n  <<: *x", "a: &x {b: 1}\nc:\n  <<: *x\n  b: 2", "a: &x {b: 1}\nd: &y {b: 2, c: 3}\ne:\n  <<: [*x, *y]\n  z: 1", "a: &x {b: 1}\nd: &y {b: 2, c: 3}\ne:\n  <<: [*y, *x]", "<<: {a: 1}", "<<: {a: 1}\na: 2", "a: 2\n<<: {a: 1}",
    "<<: {a: 1}\n<<: {b: 2}", "<<: {a: 1}\n<<: {a: 2}", "<<: [{a: 1}, {a: 2}]", "<<: []", "<<: {}", "<<: a", "<<: [a]", "<<: ~", "<<:", "<<: [[{a: 1}]]", "{<<: {a: 1}, b: 2}", "<<: {<<: {a: 1}, b: 2}\nc: 3", "a: &x {b: 1}\nc: &y {<<: *x, d: 2}\ne: {<<: *y, f: 3}", "<<: !foo {a: 1}", "<<: !!set {a: 1}",
    "!!set {<<: {a: 1}, b}", "!!omap [<<: {a: 1}]", "'<<': {a: 1}", "\"<<\": {a: 1}", "! <<: {a: 1}", "!!merge a: {b: 1}", "? <<\n: {a: 1}", "&a <<: {b: 1}\nc: *a", "<<: &x {a: 1}\nb: *x", "a: &x {<<: {b: 1}}\nc: *x", "&a {<<: *a, b: 1}", "<<: {=: 1}", "<<: {[a]: 1}", "<<: {a: 1, a: 2}", "a: 1\na: 2\n<<: {a: 3}", "<<: {a: 1}\na: 2\na: 3",
    # What people write.
    "model_name: Llama 3\nresources:\n  cpu: '3'\n  memory: 14Gi\n  use_gpu: true\n  accelerator: A10G:2\nsecrets:\n  hf_token: null\nrequirements:\n- torch==2.1\n- git+https://x.y/z@main\n",
    "command: sh -c \"HF_TOKEN=$(cat /secrets/hf) vllm serve \\\"x\\\" --port 8000\"\n", "description: >\n  One line,\n  and another.\n\n  A paragraph.\nexample: |\n  {\n    \"a\": 1\n  }\n", "env:\n  A: 1e-6\n  B: 012\n  C: 08\n  D: 12:30:45\n  E: on\n  F: 'on'\n",
    "build_commands:\n  - pip install x  # why\n  - |\n    for i in 1 2; do\n      echo $i\n    done\n", "a: !!python/object/apply:os.system ['ls']", "x: [1, 2\ny: 3", "x: \"abc\ny: 1", "x: 'it's'\n", "x: {{ template }}\n", "{{ a }}: b", "x: %a\n", "x: @a\n", "x: *.py\n", "x: &\n", "x: a: b\n", "x: \"\\d\"\n",
    "é: ü\n", "日本: [語]\n", "- 日本: '\n", "é: [ü\n", "  é: 1\n ü: 2\n", "😀: @\n", "a: \"é\\q\"",
]

PIECES = ["a", "b", "- ", "-", "? ", "?", ": ", ":", ", ", ",", "[", "]", "{", "}", "\n", "\n  ", "\n ", "    ", "\t", " ",
          "#c", " # c", "|\n", "> ", "'", '"', "''", "\\n", "&x ", "*x", "!", "!!str ", "%", "@", "---", "...", "\n---\n",
          "key: ", "key:\n  ", "x y", "1", "|-\n  ", "é", "<<: ", "\r\n", "\u2028", "yes", "&x", "*x ", "\\", "\n- ", "= "]


def inputs():
    random_ = random.Random(20260801)
    scalars = list(WORDS) + PHRASES
    alphabets = ["0123456789_.eE+-:", "01234567_xb", "0123456789:.", "0123456789-: TZ.+", "yesnotrufalYESNO~", ".infaINFA+-e1", "abcxyz :#-,[]{}?&*!|>'\"%@`=<\\/é"]
    for alphabet in alphabets:
        for _ in range(420):
            scalars.append("".join(random_.choice(alphabet) for _ in range(random_.randint(1, 9))))
    for _ in range(500):
        day = "%04d-%02d-%02d" % (random_.randint(1, 2100), random_.randint(0, 13), random_.randint(0, 32))
        time = "%d:%02d:%02d" % (random_.randint(0, 25), random_.randint(0, 61), random_.randint(0, 61))
        fraction = random_.choice(["", ".", ".%d" % random_.randint(0, 99999999)])
        zone = random_.choice(["", "Z", " Z", "+%d" % random_.randint(0, 25), " -%02d:%02d" % (random_.randint(0, 24), random_.randint(0, 59))])
        scalars.append(day + random_.choice(["", "T" + time + fraction + zone, " " + time + fraction + zone]))
    for _ in range(400):
        scalars.append(repr(random_.uniform(-1, 1) * 10 ** random_.randint(-30, 30)))
        scalars.append(str(random_.randint(-(10**random_.randint(1, 40)), 10**20)))
    contexts = ["%s", "- %s", "k: %s\n", "%s: v", "[%s]", "{k: %s}"]
    for scalar in scalars[: len(WORDS) + len(PHRASES)]:
        for context in contexts:
            yield context % scalar if scalar not in "%" else scalar
    for scalar in scalars[len(WORDS) + len(PHRASES) :]:
        yield "- " + scalar
    yield from DOCUMENTS
    for _ in range(4500):
        yield "".join(random_.choice(PIECES) for _ in range(random_.randint(2, 11)))


def main():
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n", closefd=False)
    if sys.argv[1:] == ["--read"]:
        texts = json.load(open(sys.stdin.fileno(), encoding="utf-8", closefd=False))
        json.dump([answer(text) for text in texts], out, ensure_ascii=True)
        return
    seen = set()
    for text in inputs():
        if text not in seen:
            seen.add(text)
            json.dump([text, answer(text)], out, ensure_ascii=True, separators=(",", ":"))
            out.write("\n")


main()
