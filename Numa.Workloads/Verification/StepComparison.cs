using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Text;
using Numa.Core.Zonelists;
using Numa.Core.Zones;

namespace Numa.Workloads.Verification;

/// <summary>Repeats what was done to a running kernel and compares its tables after each step.</summary>
/// <remarks>In the order in which captures are taken: the lowmem ratio is read, transparent huge pages go off and on,
/// then the sysctls are written one after the other.</remarks>
internal sealed partial class StepComparison(CaptureFolder folder, CaptureBoot boot, Tally tally)
{
    private const string AfterReading = "zoneinfo.after-reading-lowmem_reserve_ratio.txt";
    private readonly StateComparison _state = new(boot.Image.Release, boot.Tuning);

    public void Run()
    {
        boot.Tuning.ReadLowmemReserveRatio();
        Compare(AfterReading, "");
        foreach (var mode in (string[])["never", "always"])
        {
            if (!folder.TryRead($"zoneinfo.after-thp-{mode}.txt", out _)) continue;
            boot.Tuning.Apply(new(Sysctl.HugePages, mode));
            CompareMinFree($"sysctl-vm.after-thp-{mode}.txt");
            Compare($"zoneinfo.after-thp-{mode}.txt", $"pcp.after-thp-{mode}.txt");
        }

        if (!folder.TryRead("sysctl-changes.txt", out var changes)) return;
        foreach (Match change in Change().Matches(changes)) Write(change);
    }

    private void Write(Match change)
    {
        var (step, name) = (change.Groups["step"].Value, "vm." + change.Groups["name"].Value);
        var (value, readsBack) = (change.Groups["value"].Value, change.Groups["back"].Value);
        var taken = change.Groups["errno"].Value == "0";
        var before = Order();
        var verdict = boot.Tuning.Apply(new(name, value));
        // 3.10 answers an unknown zonelist order with success, but keeps the old one: only what it reads back tells.
        if (name != Sysctl.ZonelistOrder || !taken)
        {
            tally.Same($"{step} {name} <- '{value}'", taken ? "taken" : "refused",
                verdict.Accepted ? "taken" : "refused", () => verdict.Refusal ?? "the value is in range");
        }

        if (Sysctl.Exists(boot.Image.Release, name))
        {
            tally.Same($"{step} {name} reads back", readsBack, boot.Tuning.ReadBack(name),
                () => verdict.Refusal ?? "as written");
        }

        if (Order() != before) boot.Hotplug.RebuildZonelists();
        Compare($"zoneinfo.{step}.txt", $"pcp.{step}.txt");
    }

    private ZonelistOrderChoice Order() =>
        ZonelistOrderSetting.Parse(boot.Image.Release, boot.Tuning.Settings.ZonelistOrder, out _);

    private void CompareMinFree(string file)
    {
        if (!folder.TryRead(file, out var text) || MinFree().Match(text) is not { Success: true } read) return;
        tally.Same($"{file} min_free_kbytes", read.Groups[1].Value, Text(boot.Tuning.MinFreeKbytes),
            () => string.Join("; ", TuningDerivation.MinFree(boot.Tuning)));
    }

    private void Compare(string zoneinfo, string dumped)
    {
        if (folder.TryReadZoneinfo(zoneinfo, out var zones))
        {
            _state.Marks(tally, zoneinfo, zones);
            _state.Reserves(tally, zoneinfo, zones);
            _state.Pagesets(tally, zoneinfo, zones);
        }

        if (dumped.Length == 0 || AllocatorDump.Read(folder, dumped) is not { } dump) return;
        _state.Marks(tally, dumped, dump);
        _state.Reserves(tally, dumped, dump);
        _state.Pagesets(tally, dumped, dump);
        _state.Zonelists(tally, dumped, dump, boot.Hotplug.Zonelists);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^zoneinfo\\.(?<step>\\S+)\\.txt: (?<name>\\w+) <- \"(?<value>.*)\" errno (?<errno>\\d+), "
        + "reads back \"(?<back>.*)\"\r?$", RegexOptions.Multiline)]
    private static partial Regex Change();

    [GeneratedRegex(@"^min_free_kbytes = (\d+)", RegexOptions.Multiline)]
    private static partial Regex MinFree();
}
