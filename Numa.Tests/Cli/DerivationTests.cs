using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Cli.Tables;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Zonelists;
using Numa.Tests.Workloads;
using Numa.Workloads.Scenarios;

namespace Numa.Tests.Cli;

/// <summary>What <c>numa explain</c> prints.</summary>
public partial class DerivationTests
{
    // Goal: the printed terms lead to the printed result, and that is the machine's. Method: work each line out again.
    [Theory]
    [InlineData("qemu-2node-4g", "6.12")]
    [InlineData("qemu-2node-4g", "4.9")]
    [InlineData("notes-two-node.yaml", "3.10")]
    [InlineData("small-node0.yaml", "4.4")]
    public void The_terms_of_a_mark_lead_to_its_value(string machine, string kernel)
    {
        var booted = Boot(machine, kernel, []);
        var lines = DerivationSheet.Watermarks(booted, null).Split('\n');
        var mins = lines.Select(line => Share().Match(line)).Where(match => match.Success).ToList();
        Assert.Equal(booted.Image.Zones.Select(zone => zone.Tuning.Marks.Min.Value),
            mins.Select(min => Number(min, "min")));
        Assert.All(mins, min =>
        {
            Assert.Equal(Number(min, "pages"), Number(min, "kib") / 4);
            Assert.Equal(Number(min, "min"), Number(min, "pages") * Number(min, "managed") / Number(min, "all"));
        });

        var reserves = lines.Select(line => Reserve().Match(line)).Where(match => match.Success).ToList();
        Assert.NotEmpty(reserves);
        Assert.All(reserves, line => Assert.Equal(Number(line, "result"), Number(line, "sum") / Number(line, "ratio")));
        foreach (var zone in booted.Image.Zones)
            Assert.Contains(lines, line => line.EndsWith($"= {zone.Tuning.Marks.High}", StringComparison.Ordinal));
        var last = lines[..4].Last(line => line.Contains("=>", StringComparison.Ordinal));
        Assert.Contains($"=> {booted.Image.MinFreeKbytes} KiB", last, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.4", true)]
    [InlineData("4.9", false)]
    public void The_fair_batch_is_explained_where_there_is_one(string kernel, bool explained)
    {
        var booted = Boot("small-node0.yaml", kernel, []);
        var lines = DerivationSheet.Watermarks(booted, null).Split('\n');
        var marks = booted.Image.Zones.Select(zone => zone.Tuning.Marks);
        var expected = marks.Select(mark => $"  fair batch  high - low = {mark.High - mark.Low} (NR_ALLOC_BATCH)");

        Assert.Equal(explained ? expected : [], lines.Where(line => line.StartsWith("  fair batch")));
    }

    [Fact]
    public void A_value_written_by_hand_is_called_so()
    {
        var text = DerivationSheet.Watermarks(
            Boot("notes-two-node.yaml", "4.9", [new("--after", "vm.min_free_kbytes", "65536")]), 0);
        Assert.Contains("written by hand => 65536 KiB", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1:Normal", text, StringComparison.Ordinal);
    }

    // Goal: each choice is explained by its terms. Method: on three machines under every release, the least score wins
    //, the lowest number among equals, and the choices make up the order that boot built.
    [Fact]
    public void The_least_score_is_chosen_and_the_choices_are_the_order()
    {
        foreach (var machine in (string[])["db-4x1tib.yaml", "small-node0.yaml", "qemu-2node-4g"])
        {
            foreach (var release in KernelRelease.Known)
            {
                var booted = Boot(machine, release.Name, []);
                var inputs = BootSequence.InputsInForce(booted.Layout, booted.Tuning);
                foreach (var lists in booted.Image.Zonelists.Nodes)
                {
                    var choices = ZonelistBuilder.Explain(inputs, lists.Node);
                    Assert.Equal(lists.FallbackOrder, choices.Select(choice => choice.Chosen));
                    Assert.All(choices.Where(choice => !choice.IsLocal), choice => Assert.Equal(
                        choice.Chosen,
                        choice.Candidates.OrderBy(terms => terms.Score).ThenBy(terms => terms.Node).First().Node));
                }
            }
        }
    }

    [Fact]
    public void The_order_has_its_reason()
    {
        Assert.Contains("node order: node 0 has no Normal zone",
            DerivationSheet.Zonelists(Boot("small-node0.yaml", "2.6.35", []), 0), StringComparison.Ordinal);
        Assert.Contains("zone order: low zones hold ",
            DerivationSheet.Zonelists(Boot("small-node0.yaml", "2.6.34", []), 0), StringComparison.Ordinal);
        Assert.Contains("the only order of this release",
            DerivationSheet.Zonelists(Boot("db-4x1tib.yaml", "6.1", []), 3), StringComparison.Ordinal);
        Assert.Contains("numa_zonelist_order is 'zone'", DerivationSheet.Zonelists(
            Boot("db-4x1tib.yaml", "4.4", [new("--after", "vm.numa_zonelist_order", "zone")]), 3),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_is_not_there_is_a_problem_of_the_input() => Assert.Throws<InputException>(
        () => DerivationSheet.Zonelists(Boot("small-node0.yaml", "4.4", []), 9));

    [Fact]
    public async Task Explain_passes_on_every_option()
    {
        var simulator = new FakeSimulator();
        var run = await CommandLineRun.OfAsync(
            "explain zonelist m.yaml --node 2 --kernel 4.4 --set a=b --after vm.c=d", simulator);
        var request = simulator.Explained!;
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(("m.yaml", 2, "4.4"), (request.Machine.Path, request.Node, request.Machine.Kernel));
        Assert.Equal(Numa.Cli.Execution.ExplainTopic.Zonelist, request.Topic);
        Assert.Equal(("a=b", "vm.c=d"), (request.Machine.Settings[0].ToString(), request.Machine.After[0].ToString()));
    }

    private static BootedMachine Boot(string machine, string kernel, IReadOnlyList<Setting> after)
    {
        var file = ScenarioLoader.LoadMachine(
            Path.Combine(ScenarioTexts.Configs, "machines", machine), [new("--kernel", "kernel", kernel)]);
        return MachineBoot.Boot(file.Machine, file.Boot, after);
    }

    private static long Number(Match match, string group) =>
        long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^  min    (?<kib>\d+) KiB / 4 = (?<pages>\d+) pages x (?<managed>\d+) managed / (?<all>\d+)"
        + @" of all zones = (?<min>\d+)$")]
    private static partial Regex Share();

    [GeneratedRegex(@"^  reserve against \w+ .*?(?<sum>\d+)(?: \w+)?\)? / (?<ratio>\d+) = (?<result>\d+)$")]
    private static partial Regex Reserve();
}
