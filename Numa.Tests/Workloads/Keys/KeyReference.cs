using System.Text;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Tests.Workloads.Keys;

/// <summary>The tables of keys as they stand in docs/scenario-files.md.</summary>
internal static class KeyReference
{
    private static readonly (string Title, KeyTable Table)[] Tables =
    [
        ("Scenario", ScenarioKeys.Table),
        ("`occupied`, each entry", ScenarioKeys.Occupation),
        ("`events`, each entry", EventKeys.Table),
        ("`after` of an event", EventKeys.Progress),
        ("`hotAdd`", EventKeys.HotAdd),
        ("`online`", EventKeys.Online),
        ("`offline`", EventKeys.Offline),
        ("`hotRemove`", EventKeys.HotRemove),
        ("`reclaim`", ScenarioKeys.Reclaim),
        ("`compare`", ScenarioKeys.Compare),
        ("`pagesets`", BootKeyList.Pagesets),
        ("`study`", StudyKeys.Table),
        ("`within` of a study", StudyKeys.Within),
        ("`points` of a study, each entry", StudyKeys.Point),
        ("`sysctls`", SysctlKeys.AtBoot),
        ("`set` of an event: all of `sysctls`, and", SysctlKeys.WhileRunning),
        ("`costs`", CostKeys.Table),
        ("Every workload", WorkloadKeys.Common),
        ("`policy` of a workload", PolicyKeys.Table),
    ];

    private static readonly (string Title, KeyTable Table)[] MachineTables =
    [
        ("Machine", MachineKeys.Table),
        ("`nodes`, each entry", MachineKeys.Node),
        ("`managed` of a node", MachineKeys.Managed),
        ("`lateFree`", MachineKeys.LateFree),
    ];

    public static string Text()
    {
        var text = new StringBuilder();
        foreach (var (title, table) in Tables) Write(text, title, table.About, Shown(table));
        foreach (var kind in WorkloadKinds.All)
        {
            var changed = kind.Table.Keys.Where(key => key.Name is "gfp" or "think");
            Write(text, $"Workloads of kind `{kind.Name}`", kind.About, [.. kind.Own, .. changed]);
        }

        foreach (var (title, table) in MachineTables) Write(text, title, table.About, Shown(table));
        return text.ToString();
    }

    private static IEnumerable<Key> Shown(KeyTable table) =>
        table == SysctlKeys.WhileRunning ? table.Keys.Except(SysctlKeys.AtBoot.Keys) : table.Keys;

    private static void Write(StringBuilder text, string title, string about, IEnumerable<Key> keys)
    {
        text.Append($"\n### {title}\n\n{about}\n\n| key | value | meaning | left out |\n|---|---|---|---|\n");
        foreach (var key in keys)
        {
            var source = key.Source is null ? "" : $" Source: {key.Source}.";
            var leftOut = key.IsRequired ? "needed" : key.LeftOutWords ?? "";
            text.Append($"| `{key.Name}` | {Cell(key.Shape.Words)} | {Cell(key.About + source)} | {Cell(leftOut)} |\n");
        }
    }

    private static string Cell(string text) => text.Replace("|", "\\|");
}
