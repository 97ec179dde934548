using System.Globalization;
using System.Text.RegularExpressions;
using Numa.Core.Diagnostics;
using Numa.Core.Text;
using Numa.Core.Zonelists;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

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
        CompareSysctls("sysctl-vm.txt");
        boot.Tuning.ReadLowmemReserveRatio();
        Compare(AfterReading, "");
        foreach (var mode in (string[])["never", "always"])
        {
            if (!folder.TryRead($"zoneinfo.after-thp-{mode}.txt", out _)) continue;
            boot.Tuning.Apply(new(Sysctl.HugePages, mode));
            CompareMinFree($"sysctl-vm.after-thp-{mode}.txt");
            Compare($"zoneinfo.after-thp-{mode}.txt", $"pcp.after-thp-{mode}.txt", fillsBatches: mode == "always");
        }

        const string file = "sysctl-changes.txt";
        if (!folder.TryRead(file, out var changes)) return;
        var writes = Change().Matches(changes);
        if (writes.Count == 0)
        {
            throw new InputException([new(new(Path.Combine(folder.Path, file), 0, 0), ProblemCodes.Steps,
                "found no write that can be read, expected lines such as "
                + "'zoneinfo.after-min_free_kbytes.txt: min_free_kbytes <- \"67584\" errno 0, reads back \"67584\"'")]);
        }

        foreach (Match change in writes) Write(change);
    }

    /// <summary>What the kernel's own settings were before anything was written.</summary>
    private void CompareSysctls(string file)
    {
        if (!folder.TryRead(file, out var text)) return;
        foreach (Match setting in Setting().Matches(text))
        {
            var name = "vm." + setting.Groups["name"].Value;
            if (!Sysctl.Exists(boot.Image.Release, name)) continue;
            tally.Same($"{file} {name}", setting.Groups["value"].Value, boot.Tuning.ReadBack(name),
                () => name == Sysctl.MinFreeKbytes
                    ? string.Join("; ", TuningDerivation.MinFree(boot.Tuning))
                    : "the release's default");
        }
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
        Compare($"zoneinfo.{step}.txt", $"pcp.{step}.txt",
            fillsBatches: name == Sysctl.MinFreeKbytes && verdict.Accepted);
    }

    private ZonelistOrderChoice Order() =>
        ZonelistOrderSetting.Parse(boot.Image.Release, boot.Tuning.Settings.ZonelistOrder, out _);

    private void CompareMinFree(string file)
    {
        if (!folder.TryRead(file, out var text) || MinFree().Match(text) is not { Success: true } read) return;
        tally.Same($"{file} min_free_kbytes", read.Groups[1].Value, Text(boot.Tuning.MinFreeKbytes),
            () => string.Join("; ", TuningDerivation.MinFree(boot.Tuning)));
    }

    private void Compare(string zoneinfo, string dumped, bool fillsBatches = false)
    {
        if (folder.TryReadZoneinfo(zoneinfo, out var zones))
        {
            _state.Marks(tally, zoneinfo, zones);
            _state.Reserves(tally, zoneinfo, zones);
            _state.Pagesets(tally, zoneinfo, zones);
            if (fillsBatches) _state.FairBatches(tally, zoneinfo, zones);
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

    [GeneratedRegex(@"^(?<name>\w+) = (?<value>[^\r\n]*)", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"^min_free_kbytes = (\d+)", RegexOptions.Multiline)]
    private static partial Regex MinFree();
}
