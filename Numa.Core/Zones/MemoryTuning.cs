using System.Collections.Immutable;
using System.Globalization;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Core.Nodes;
using Numa.Core.Zonelists;

namespace Numa.Core.Zones;

/// <summary>
/// Marks, reserves, thresholds and pageset sizes of all zones, recomputed at the events at which the kernel does.
/// </summary>
/// <remarks>
/// Each event recomputes only its own part, from managed pages as they are then. Between events the values go
/// stale, as the kernel's do: that is why a zoneinfo taken just after boot does not fit its own managed pages.
/// Source: <c>init_per_zone_wmark_min</c> and the sysctl handlers, Linux mm/page_alloc.c.
/// </remarks>
public sealed class MemoryTuning
{
    private readonly CpuTopology _cpus;
    private readonly HashSet<NodeId> _unmarkedNodes = [];
    private ManagedZone[] _zones;
    private ZoneTuning[] _tunings;

    private MemoryTuning(
        KernelRelease release, IEnumerable<ManagedZone> zones, CpuTopology cpus, MemorySettings settings)
    {
        Release = release;
        Settings = settings;
        _cpus = cpus;
        _zones = [.. zones.Where(zone => zone.IsPopulated).OrderBy(zone => zone.Id)];
        _tunings = [.. _zones.Select(_ => Untuned)];
        Invariant.Holds(_zones.DistinctBy(zone => zone.Id).Count() == _zones.Length);
    }

    public KernelRelease Release { get; }

    /// <summary>Settings in force, as reading them back shows.</summary>
    public MemorySettings Settings { get; private set; }

    /// <summary>vm.min_free_kbytes in force. Unit: KiB.</summary>
    public int MinFreeKbytes { get; private set; } = Zones.MinFreeKbytes.Initial;

    /// <summary>What made vm.min_free_kbytes what it is, oldest first.</summary>
    public ImmutableArray<MinFreeStep> MinFreeSteps { get; private set; } = [];

    /// <summary>How often the marks have been computed.</summary>
    public int MarkComputations { get; private set; }

    /// <summary>Zones as they were when the marks were last computed.</summary>
    public ImmutableArray<ManagedZone> MarksFrom { get; private set; } = [];

    /// <summary>Zones as they were when the reserves were last computed.</summary>
    public ImmutableArray<ManagedZone> ReservesFrom { get; private set; } = [];

    /// <summary>Populated zones, ascending.</summary>
    public ImmutableArray<ManagedZone> PopulatedZones => [.. _zones];

    /// <summary>Tuning of each populated zone. Shape: as <see cref="PopulatedZones"/>.</summary>
    public ImmutableArray<ZoneTuning> Tunings => [.. _tunings];

    /// <summary>vm.lowmem_reserve_ratio in force. Shape: index = the kernel's zone index.</summary>
    public ImmutableArray<int> LowmemReserveRatio => Sysctl.RatiosInForce(Release, Settings);

    /// <summary>Pages that no user allocation can count on, over all zones.</summary>
    public PageCount TotalReserve => new(_tunings.Sum(tuning => tuning.TotalReserve.Value));

    /// <summary>Tuning of any zone; a zone that is not populated has the tuning of an empty one.</summary>
    public ZoneTuning this[ZoneId zone]
    {
        get
        {
            var at = Array.FindIndex(_zones, known => known.Id == zone);
            if (at >= 0) return _tunings[at];
            return _unmarkedNodes.Contains(zone.Node)
                ? Untuned : Untuned with { Marks = MarksOf(new(zone, default, default)) };
        }
    }

    private static ZoneTuning Untuned { get; } = new(
        default, [.. new PageCount[LowmemReserve.Columns]], PagesetSizing.Initial, 0, default);

    /// <summary>What boot computes, before any write.</summary>
    /// <param name="zones">Zones with their managed pages at that time.</param>
    /// <param name="grown">Managed pages of zones that have got more when transparent huge pages start.</param>
    /// <param name="settings">
    /// Only what boot parameters can set counts, transparent huge pages and the zonelist order, and pageset sizes.
    /// The rest is for <see cref="Write"/>, after the pages that boot frees late.
    /// </param>
    public static MemoryTuning AtBoot(
        KernelRelease release, IEnumerable<ManagedZone> zones, CpuTopology cpus, MemorySettings settings,
        IEnumerable<ManagedZone>? grown = null)
    {
        var order = Sysctl.Apply(release, new(Sysctl.ZonelistOrder, settings.ZonelistOrder), new());
        var atBoot = order.Settings with { HugePages = settings.HugePages, Pagesets = settings.Pagesets };
        var tuning = new MemoryTuning(release, zones, cpus, atBoot);
        var isLarge =
            tuning._zones.Sum(zone => zone.Managed.Value) >= Zones.MinFreeKbytes.LeastMemoryForHugePages.Value;
        // A small machine leaves huge pages alone; where they were switched off by hand, starting them counts as a
        // switch.
        if (!isLarge) tuning.Settings = atBoot with { HugePages = HugePageMode.Never };

        tuning.SizePagesets();
        if (release.MinFreeInitcall == MinFreeInitcall.AfterHugePages) tuning.StartHugePages();
        tuning.InitPerZone();
        foreach (var zone in grown ?? []) tuning.SetManaged(zone.Id, zone.Managed);
        if (release.MinFreeInitcall == MinFreeInitcall.BeforeHugePages && isLarge) tuning.SwitchHugePages();
        return tuning;
    }

    /// <summary>Writes every setting that differs from the one in force.</summary>
    /// <returns>Why writes were refused; empty when all were taken.</returns>
    public ImmutableArray<string> Write(MemorySettings wanted) =>
        [.. SettingsWriter.WritesFor(Release, Settings, wanted).Select(Apply)
            .Where(verdict => !verdict.Accepted).Select(verdict => verdict.Refusal!)];

    /// <summary>Writes one setting and recomputes what the release then recomputes.</summary>
    public SysctlVerdict Apply(SysctlWrite write)
    {
        var verdict = Sysctl.Apply(Release, write, Settings);
        if (!verdict.Accepted) return verdict;
        Settings = verdict.Settings;
        switch (write.Name)
        {
            case Sysctl.MinFreeKbytes:
                var written = Settings.MinFreeKbytes ?? MinFreeKbytes;
                SetMinFree(new(MinFreeRule.Written, default, 0, written, MinFreeKbytes, written));
                SetWatermarks();
                break;
            case Sysctl.WatermarkScaleFactor:
                SetWatermarks();
                break;
            case Sysctl.LowmemReserveRatio:
                SetLowmemReserves();
                break;
            case Sysctl.PagelistFraction or Sysctl.PagelistHighFraction:
                SizePagesets();
                break;
            case Sysctl.HugePages:
                SwitchHugePages();
                break;
        }

        return verdict;
    }

    /// <summary>What the file of a setting shows.</summary>
    public string ReadBack(string name) => name switch
    {
        Sysctl.MinFreeKbytes => Text(MinFreeKbytes),
        Sysctl.WatermarkScaleFactor => Text(Settings.WatermarkScaleFactor),
        Sysctl.WatermarkBoostFactor => Text(Settings.WatermarkBoostFactor),
        Sysctl.LowmemReserveRatio => string.Join('\t', LowmemReserveRatio.Select(Text)),
        Sysctl.ZoneReclaimMode => Text(Settings.ZoneReclaimMode ?? 0),
        Sysctl.Swappiness => Text(Settings.Swappiness),
        Sysctl.ZonelistOrder => Release.KnowsZoneOrder ? Settings.ZonelistOrder : nameof(ZonelistOrder.Node),
        Sysctl.HugePages => string.Join(' ', Enum.GetValues<HugePageMode>().Select(mode =>
            mode == Settings.HugePages ? $"[{Word(mode)}]" : Word(mode))),
        _ => Text(Settings.PagelistFraction),
    };

    /// <summary>Reads vm.lowmem_reserve_ratio. The kernel recomputes the reserves even then.</summary>
    public ImmutableArray<int> ReadLowmemReserveRatio()
    {
        SetLowmemReserves();
        return LowmemReserveRatio;
    }

    /// <summary>Managed pages changed without an event: init sections or the initrd were freed.</summary>
    public void SetManaged(ZoneId zone, PageCount managed)
    {
        var at = Array.FindIndex(_zones, known => known.Id == zone);
        Invariant.Holds(at >= 0);
        _zones[at] = _zones[at] with { Managed = managed };
    }

    /// <summary>A node that never was online came online, without memory: no mark of it is set yet.</summary>
    public void AddNode(NodeId node) => _unmarkedNodes.Add(node);

    /// <summary>Memory went online or offline: everything is recomputed.</summary>
    /// <param name="zones">All zones as they are now.</param>
    public void ChangeMemory(IEnumerable<ManagedZone> zones)
    {
        var before = _zones.Zip(_tunings).ToDictionary(pair => pair.First.Id);
        _zones = [.. zones.Where(zone => zone.IsPopulated).OrderBy(zone => zone.Id)];
        _tunings = [.. _zones.Select(zone => before.TryGetValue(zone.Id, out var was) ? was.Second : Untuned)];
        for (var i = 0; i < _zones.Length; i++)
        {
            var isNew = !before.TryGetValue(_zones[i].Id, out var was);
            if (isNew ? Release.SizesPagesetsOfNewZone : was.First.Managed != _zones[i].Managed) SizePageset(i);
        }

        InitPerZone();
        if (Release.HugePagesFollowHotplug) StartHugePages();
    }

    private void InitPerZone()
    {
        CalculateMinFree();
        SetWatermarks();
        SetStatThresholds();
        SetLowmemReserves();
    }

    private PageCount BufferPages() =>
        Zones.MinFreeKbytes.BufferPages(_zones.Zip(_tunings, (zone, tuning) => (zone, tuning.Marks.High)));

    private void CalculateMinFree()
    {
        var buffer = BufferPages();
        var root = Zones.MinFreeKbytes.Root(buffer);
        var after = Zones.MinFreeKbytes.BySquareRoot(Release, buffer, Settings.MinFreeKbytes, MinFreeKbytes);
        SetMinFree(new(MinFreeRule.SquareRoot, buffer, 0, root, MinFreeKbytes, after));
    }

    private void SetMinFree(MinFreeStep step)
    {
        MinFreeKbytes = step.After;
        MinFreeSteps = MinFreeSteps.Add(step);
    }

    private void StartHugePages()
    {
        if (Settings.HugePages == HugePageMode.Never) return;
        var buffer = BufferPages();
        var recommended = Zones.MinFreeKbytes.ForHugePages(Release, _zones, buffer);
        var after = (int)Math.Min(int.MaxValue, Math.Max(MinFreeKbytes, recommended));
        var counted = Zones.MinFreeKbytes.ZonesForHugePages(Release, _zones);
        SetMinFree(new(MinFreeRule.HugePages, buffer, counted, recommended, MinFreeKbytes, after));
        SetWatermarks();
    }

    private void SwitchHugePages()
    {
        if (Settings.HugePages != HugePageMode.Never)
        {
            StartHugePages();
        }
        else if (Release.HugePagesOffRecomputesMinFree)
        {
            CalculateMinFree();
            SetWatermarks();
        }
    }

    private Watermarks MarksOf(ManagedZone zone) => WatermarkRules.For(
        Release, zone, WatermarkRules.Sharing(Release, _zones), MinFreeKbytes, Settings.WatermarkScaleFactor);

    private void SetWatermarks()
    {
        MarkComputations++;
        MarksFrom = [.. _zones];
        _unmarkedNodes.Clear();
        for (var i = 0; i < _zones.Length; i++)
        {
            var marks = MarksOf(_zones[i]);
            var fair = Release.FairZonePolicy ? marks.High - marks.Low : PageCount.Zero;
            _tunings[i] = _tunings[i] with { Marks = marks, FairBatch = fair };
        }

        if (Release.PagesetSizing != PagesetSizingRule.SixBatches) SizePagesets();
        SetTotalReserves();
    }

    private void SetStatThresholds()
    {
        for (var i = 0; i < _zones.Length; i++)
        {
            var threshold = StatThreshold.Normal(_cpus.CpuCount, _zones[i].Managed);
            var drift = StatThreshold.DriftMark(_cpus.CpuCount, threshold, _tunings[i].Marks);
            _tunings[i] = _tunings[i] with { StatThreshold = threshold, DriftMark = drift };
        }
    }

    private void SetLowmemReserves()
    {
        ReservesFrom = [.. _zones];
        for (var i = 0; i < _zones.Length; i++)
        {
            var node = _zones.Where(zone => zone.Id.Node == _zones[i].Id.Node).ToList();
            var reserve = LowmemReserve.For(Release, _zones[i].Id, node, LowmemReserveRatio);
            _tunings[i] = _tunings[i] with { LowmemReserve = reserve };
        }

        SetTotalReserves();
    }

    private void SetTotalReserves()
    {
        for (var i = 0; i < _zones.Length; i++)
        {
            var total = Zones.TotalReserve.For(
                _zones[i].Managed, _tunings[i].Marks.High, _tunings[i].LowmemReserve);
            _tunings[i] = _tunings[i] with { TotalReserve = total };
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Word(HugePageMode mode) => mode.ToString().ToLowerInvariant();

    private void SizePagesets()
    {
        for (var i = 0; i < _zones.Length; i++) SizePageset(i);
    }

    private void SizePageset(int i)
    {
        var local = _cpus.ListedCpuCount(_zones[i].Id.Node);
        var size = Settings.Pagesets ?? PagesetSizing.For(
            Release, _zones[i].Managed, _tunings[i].Marks.Low, local == 0 ? _cpus.CpuCount : local,
            Settings.PagelistFraction);
        _tunings[i] = _tunings[i] with { Pageset = size };
    }
}
