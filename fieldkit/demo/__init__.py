"""The fictional demo county: a seed in, model objects out, for kits, the backend, tests and benchmarks.

    from fieldkit.demo import PASSWORD, county
    demo = county(today=date.today())      # 43 key sources, 400 others; the same seed and day give the same objects

Nothing here names a real firm or person: enterprise names contain 示例, person names are put together from 演 and 示,
and every object carries `demo=True`, so screens and paper say 演示数据.
"""

from fieldkit.demo.county import COUNTY, COUNTY_NAME, PASSWORD, TODAY, County, county, kit_officers
from fieldkit.demo.places import Division

__all__ = ["COUNTY", "COUNTY_NAME", "PASSWORD", "TODAY", "County", "Division", "county", "kit_officers"]
