using System.Text.RegularExpressions;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Tests.Workloads;

// Goal: what docs/experiments.md shows of --vary can be typed. Method: each form of its table, on a workload of the
// kind that the path begins with.
public partial class VariedPathTests
{
    [Fact]
    public void Every_path_of_the_table_is_a_setting_and_every_form_is_read()
    {
        var text = File.ReadAllText(Path.Combine(ScenarioTexts.Configs, "..", "docs", "experiments.md"));
        var forms = Forms().Matches(text).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(7, forms.Count);
        Assert.All(forms, form =>
        {
            var variation = Variation.Parse("--vary", form);
            Assert.True(variation.Values.Length >= 2);
            Assert.True(IsKnown(variation.Path), $"{variation.Path} is the path of nothing");
        });
    }

    private static bool IsKnown(string path) => path.Split('.') is [var kind, var key] && kind != "vm"
        ? WorkloadKinds.Find(kind)?.Table.Find(key) is not null
        : ScenarioKeys.Table.Find(path) is not null || Sysctl.Names.Contains(path);

    [GeneratedRegex("^\\| `([^`]+=[^`]+)` ", RegexOptions.Multiline)]
    private static partial Regex Forms();
}
