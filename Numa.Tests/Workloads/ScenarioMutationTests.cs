using Numa.Core.Diagnostics;
using Numa.Core.Time;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Workloads;

// Goal: no text makes the readers hang or throw anything but InputException. Method: the files of configs/, damaged by
// seeded mutations that know YAML's own characters and our keys; each mutant is read as a scenario and as a machine.
public class ScenarioMutationTests
{
    private const int Mutants = 10_000;

    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", ":", ": ", "- ", "\n", "\n  ", "\t", "\"", "'", "#", "&a ", "*a", "!!int ", "|\n", ">", "%",
        "---\n", "...\n", "? ", ",", "\0", "\uFEFF", "é", "\ud800", "0", "-1", "1e9",
        "9999999999999999999999", "unlimited",
        "all", "none", "0-8191", "4096TiB", "0", "\"0:Normal\"", "nodes", "cpus", "kind: storm",
        "order: 10", "after: fill",
        "distances: [[10]]",
        "policy: {bind: [0]}", "machine: pair.yaml", "<<: *a", "~", "null", "{{{{", "[[[[",
    ];

    [Fact]
    public void Ten_thousand_damaged_texts_end_in_a_value_or_in_problems()
    {
        var texts = Directory.GetFiles(ScenarioTexts.Configs, "*.yaml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(File.ReadAllText).Append(ScenarioTexts.Machine).ToArray();
        var random = new SeedTree(20_141_228).Random();
        var valid = 0;
        for (var i = 0; i < Mutants; i++)
        {
            var text = Damaged(texts[i % texts.Length], ref random);
            var setting = new Setting("--set", Pick(["cpus", "kernel", "vm.min_free_kbytes", "x.y", "."], ref random),
                Pick(Fragments, ref random));
            valid += Ends(() => ScenarioParser.Parse(text, "s.yaml", random.NextBelow(2) == 0 ? [] : [setting],
                ScenarioTexts.Find), text);
            valid += Ends(() => ScenarioParser.ParseMachine(text, "m.yaml"), text);
        }

        // Mutants that are all refused, or all accepted, would test nothing.
        Assert.InRange(valid, Mutants / 100, Mutants);
    }

    private static int Ends(Action read, string text)
    {
        try
        {
            read();
            return 1;
        }
        catch (InputException exception)
        {
            Assert.NotEmpty(exception.Problems);
            return 0;
        }
        catch (Exception exception)
        {
            Assert.Fail($"{exception}\n--- text:\n{text}");
            return 0;
        }
    }

    private static string Damaged(string text, ref SeededRandom random)
    {
        for (var count = 1 + random.NextBelow(4); count > 0; count--)
        {
            var at = (int)random.NextBelow(text.Length + 1);
            var end = (int)Math.Min(text.Length, at + random.NextBelow(30));
            text = random.NextBelow(5) switch
            {
                0 => text.Remove(at, end - at),
                1 => text.Insert(at, text[at..end]),
                2 => text[..at],
                _ => text.Insert(at, Pick(Fragments, ref random)),
            };
        }

        return text;
    }

    private static string Pick(string[] from, ref SeededRandom random) => from[random.NextBelow(from.Length)];
}
