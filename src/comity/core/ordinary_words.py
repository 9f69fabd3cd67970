"""Ordinary words: what a name is made of when nobody is meant, in the languages of the registries.

A protected label that is such a word (`apple`, `mir`, `orange`) proves little by itself; a name that is one is nobody's
look-alike; and a whole word beside a protected label is more than a remainder.  Our own list; it never needs to be
complete: what it lacks is judged by other signs.
"""

from typing import Final

from comity.core.ordinary_places import PLACES

WORDS: Final = frozenset(
    """
    internet government material lighter finance express merchant portal avangard raschet capital school cybersport
    about academy action active actor air alarm album alfa alliance alpha amber angel animal apart apple apples
    pineapple pineapples grapple applied apply application appliance art arts artist asia atlas auto autos baby back
    bag ball banana band bar base basic bath bay beach bear beat beats beauty bed beer bell best beta better big bike
    bird black blog blue boat body book books boost boots border boss box boy brand bread bridge bright brother build
    builder building bus buy cafe cake calendar call camera camp cape car cargo cars case casino castle cat catalog
    center central chain chair champion change chef chicken child children china choice church cinema circle citizen
    city class classic clean clear click climate clinic clock close clothes club coach coal coat coffee coin coins cold
    collection college color comfort comic common community company compare computer concept control cook cool copy
    core corner country course cover craft cream create creative crystal culture cup custom cycle daily dance data date
    day days dealer dear decor deep delta dental dentist design designer detox device dialog diamond diet digital
    direct discovery doctor dog dollar door double dragon dream dress drink driver driving dynamic eagle earth east
    easy eco edge edit education egg electric electro element elephant elite emerald empire energy engine engineer
    english enter entry equal estate event events expert eye eyes face fact factory fair family fan fans farm fashion
    fast father feel film find finder fine fire first fish fitness five flash flat flex flight floor flora flower
    flowers fly focus food foot football force forest form forum forward foto fox frame freedom fresh friend friends
    front fruit full fun fund funny future gadget galaxy gallery game games garage garden gas gate general genius
    german giant girl girls glass global gold golden golf good goods gourmet grand grape graph grass gray great green
    grey ground group grow guard guide guitar guru gym hair half hall hand handy happy hard harmony heart heat heaven
    help helper hero hi high hill hire history hit holiday home homes honey horse hospital hot hotel hotels hour house
    housing human hunt hunter ice idea ideal ideas image impact index industry insider intelligent interior
    international island iron item jazz jet jewel journal journey joy juice jump junior just key keys kid kids king
    kingdom kitchen know lab label lady lake lamp land language large laser last law lawyer leader leaf learn leather
    legal legend lemon lens level library life lift light lighting lime line link links lion list little living local
    lock lodge logic logo long look lost love lounge lovely luck lux luxury machine mag magazine magic magnet main make
    maker making man map marathon marine mark marketing master masters match math matrix max meal meat media medic
    medical medicine mega men menu metal method metro mind mini mint mira miracle mirror mission mister mix mobile mode
    model modern moment monitor monkey monster month mood moon more morning moscow mother moto motor mountain mouse
    move movie music name nano nation national natural nature navigator near net network neva new news next nice night
    nine noble north nova now number nurse oasis ocean oil old olive one only open optic optics option orange orchid
    order organic origin outdoor outside oxygen page paint palace palm panda panel paper paradise parent park part
    party path peace pearl people perfect pet pets pharma phone phones phoenix photo piano picture pilot pink pipe
    pixel pizza place plan planet plant plast plastic plate play player plaza point polar police pool pop port post
    posts power prank present press prestige price prime print printing product production professional progress
    project property public pulse pure quality queen quick quiet radio rain rainbow ranch range rapid rate rating read
    reader ready real reality record red region relax rent repair report resort resource rest restaurant result retail
    review rich ride right ring rise river road robot rock room rooms root rose round route royal ruby rule run runner
    russia russian safari sail salon sample sand sauna save say scale scan scene science score screen sea search season
    second secret see select senior sense sensor serial series set seven sex shadow shape share sharp she shine ship
    shoe shoes shot show side sign signal silk silver simple single sister six size skin sky sleep slim slow small
    smart smile smoke snow soap social soft software solar solution solutions song sound soup source south space spain
    speak special speed spirit sport sports spot spring square stage standard star stars start state station steam
    steel step stock stone stop story stream street strong student studio study style success sugar suit summer sun
    super supply sure surf sushi sweet swim swiss switch system systems table tag tail talent talk target task taste
    taxi tea teach teacher team tech technical technique techno technology telegraph television temple ten tennis terra
    test text theater theme therapy thing think third three tiger time times tiny tip tips title today tool tools top
    topic total touch tour tourism tours tower town toy toys track trade trader tradition traffic train trainer
    training trans transport travel traveler treasure tree trend tribe trip triumph true trust truth turbo tv twin two
    type ultra union unique unit united universal universe university unlimited urban usa use used valley value van
    vector velvet venture venus verse vertical vet victory view villa village vintage vision visit vista vita vital
    vitamin voice volga volume wagon walk wall want war warm wash watch watches water wave way wealth wear weather web
    wedding week weekend weight welcome well wellness west what wheel where white wild wind window wine wing winter
    wire wise wolf woman women wonder wood word words work worker workshop world write writer yacht year yellow yes
    yoga young youth zero zoo zoom air7 macbook iphone ipad imac ipod airpods smartphone service-center agro aqua
    arenda avto avtoservis azs baza bel biznes blago bor brus buh buhgalter centr chas chay chelny dacha dar delo den
    detal deti detskiy detskie detsad diler dizayn dom doma domik doroga dostup drug dveri dver dvor eda ekb eko ekran
    ekspert elektro elit evro fabrika garant gazeta gde glav god gorod gost gruppa gruz igra igry igrushki instrument
    interier interyer invest jil kak kaluga kamen kamin karkas kazan kino klad klimat klinika klub kniga knigi kod kofe
    kolesa komfort komp kompaniya komplekt konditer konsalt kraft kraska krasota krovlya krym kuhni kuhnya lad lavka
    leks les lider loft lom magia maska mash mebel med medcentr meh mehanik mera metall mir moda moi moy moya moyka
    most msk muzey mysl nash nasha nashi neft nika nn nord nov novosti novyy obuv obzor odezhda okna okno olimp opt
    optika optom orel orex oskol ostrov otdel otdyh otel pechat pesok pitanie plitka plyus podolsk polza potolki
    potolok pravo prazdnik prof profi proekt prom prokat psiholog rai ray raduga razbor rek reklama rem remont resurs
    rezina rost ru rus russ russkiy ryba rybalka sad sam samara sayan sbor sert sever shina shiny shkola shop shtory
    sib sibir sila sklad smak snab sochi sovet soyuz spb spec sportivnyy sreda stal stanok steklo stil stok stom stomat
    stroi stroika stroy stroymat studiya sud svadba svet sveta svoy svyaz taksi tehno tehnika teplo teren terem tk
    tokar tomsk torg torgi trak trast truba tver tur turizm tut uchet udacha ufa ugol urist uslugi uyut vam vash vasha
    ves vesna vid video vinograd visa vizy viza vkus voda volgograd vorota vostok vse vsem vsya yug yurist yar
    zapchasti zavod zdorovie zemlya zima znak zoloto zona zvezda kaliningrad kazino tyt indeks bitumen goloss an anh
    bac bach bao binh chau chung cong da dai dat dep dien dong du duc gia giay ha hai hang hoa hoc hong huong khoa kim
    lam linh mai minh my nam nga ngoc nha nhanh nhat noi nuoc phat phong phu phuc quan que sach sai gon saigon sai-gon
    son suc khoe tam tan tay thai thanh thao the thi thiet bi tho thoi trang tin to tot tre truyen tu viet vietnam xanh
    xe xuan y tiki chinh-hang chinhhang gia-re giare uy-tin uytin noithat bepga bei bian cai chang chao cheng chuang
    dao de di dian fang fei feng fu gang gong gu guang guo han hao he hua huang hui ji jia jian jiang jie jin jing jiu
    ju jun kai kang ke kong lan le li lian liang lin ling lu mei meng ming nan ning ping qi qian qing qiu ren rong rui
    sheng shi shu shun tai tang tao teng tian tong wan wang wei wen wu xi xia xiang xin xing xiu xu xue yan yang yi yin
    ying yong you yu yuan yue yun ze zhang zhi zhong zhou zhu zi beijing shanghai shenzhen guangzhou hangzhou wangluo
    keji youxi dianshang авто агро аква банк бизнес вода газ город груз дар дача двор дело день дети дом дорога друг
    дверь еда жизнь завод звезда здоровье земля зима золото игра игры камень кино клуб книга книги ключ комфорт
    компания красота кухня лес лидер мастер мебель мед медиа металл мир мода море москва мост музей мысль наш неделя
    нефть новости новый обувь одежда окна окно оптика остров отдых отель парк песок питер план почта право праздник
    проект радуга ремонт россия рост русский рыба сад салон самара свет свадьба связь север семья сибирь сила склад
    совет союз спорт сталь стиль строй студия такси тепло труба тур туризм удача урал услуги уют фирма фото хлеб центр
    школа экран эксперт юг юрист язык яблоко abroad absolute access accord ace acorn acre across adapt add adult
    advance advantage adventure advice advisor aero aerial affair affiliate africa african age agency agenda agent
    agile ahead aid aim airline airport albatross alert alien alley allied alloy almond alpine already also altitude
    amazing ambassador ambient america american ample anchor ancient angle angels annex answer ant antenna antique
    anvil anytime apex aquarium arabic arbor arc arcade arch archer architect archive arctic area arena aroma around
    arrow ascent ash asian aspect asset assist associate association aster astro athlete atom atomic attic attorney
    auction audio audit august aurora australia author autumn avenue aviation awake aware axis azure bachelor backup
    bacon badge baker bakery balance balcony ballet balloon bamboo bandit barber bargain bark barn baron barrel barrier
    basket basketball bastion battery battle bazaar beacon bean bearing beast because become bee begin believe belt
    bench berry beside bet beyond bible bicycle billion binary bingo bio biology birch birth bit bite bitcoin blade
    blanket blast blaze blend bless blind block blogger blond blood bloom blossom board bold bolt bone bonsai bookmark
    booklet bottle bottom bow bowl boxer boxing brain brake branch brass brave bravo break breakfast breath breeze
    brick bride brief brilliant bring brisk broad broadcast broker bronze brook brush bubble bucket budget buffalo
    buffet bug bulb bull bullet bundle bunny burger burn bush busy butter butterfly button buzz cabin cable cactus calm
    camel campaign campus canada canal candle candy canvas canyon capsule captain caption capture caravan carbon
    cardinal career caring carnival carpet carrier cash castor casual catch category caviar cedar celebrity cell cellar
    cement century ceramic certain certificate challenge chamber chance channel chaos chapter character charge charity
    charm chart charter chase cheap check cheese chemical cherry chess chest chicago chief chip chocolate chorus
    christmas chrome chronicle cigar circuit circus civil claim clan clarity clash claw clay clever climb clinical clip
    clone cloth clothing cloud cloudy clover cluster coast cobra cocktail code coder coding collect collective
    collector colony colour column comet command comment commerce commercial commission commit committee communication
    companion compass compete complete complex component composer concert concrete conference confidence congress
    connect connection conquer constant construct construction consul consult consultant consulting contact contain
    content contest context continent contract contrast convert cookie cooker cooler copper coral cord cork corn
    corporation correct corridor cosmic cosmos cost costume cottage cotton couch council counsel count counter county
    couple courage court cow crab crack crane crash crazy credit crew cricket crime crisis critic critical crop cross
    crow crowd crown cruise crush cube cuisine cultural cupid cure curious currency current curve custody customs cut
    cutter cyber cyclone cylinder dairy daisy damage dancer danger dark darling dash database dawn dead death debate
    debt debug decade december decision deer defence defend defense define degree delicious delight deliver deluxe
    demand demo democracy department depot deposit derby describe desert desire desk despite destination detail detect
    detective develop developer development devil devote diagnostic diary dice dictionary diesel difference digest
    dinner dino diplomat direction director directory discount discover dish disk display distance distribution
    district dive diver diversity divine division dock doctors dolphin domain dome donate donor dot dove downtown dozen
    draft drag drama draw drawing drift drill drip drone drop drum dry duck due duel duke dune duo dusk dust duty
    dynasty each eager early earn ease eastern eat echo eclipse ecology economic economics economy edition editor eight
    elder elect election electrical electrician electronic electronics elegant elegance elevator elf else elsewhere
    email embassy ember emerge emergency emotion emperor employ employee enable end endless enemy energetic enforce
    engage enjoy enough ensemble enterprise entire entrepreneur envelope environment envoy epic episode epoch equity
    era escape essay essence essential establish estimate eternal ethics ethnic europe european evening everest every
    evidence evil evolution exact exam example excel excellent exclusive executive exercise exhibit exhibition exist
    exit exotic expand experience experiment explain explore explorer expo export exposure extra extreme fabric
    fabulous facility faith falcon fall fame fancy fantastic fantasy farmer fastlane fat fate favor favorite feather
    feature federal federation feed feedback female fence ferry fest festival fiber fiction fidelity field fiesta fifty
    fight fighter figure filter final financial finish fireplace firewall firm fisher fishing fix fixed flag flame
    flavor fleet fleur flip float flow fluid flux flyer foam fog fold folder folk follow font fool fork formula fort
    fortress fortune fossil foundation founder fountain four fraction fragment frank fraud freight frequency fridge
    frog frontier frost fruits fuel function fundamental funds furniture fury fuse fusion gain gambit gambler gamer
    gaming gap gardener gateway gather gear gem gender generate generation generator generic genesis genetic gentle
    gentleman genuine geo geography ghost ginger glade glance glide globe glory glow goal goat goddess going golem
    gospel gossip gothic govern governor grace grade graduate grain grammar grant graphic graphics gravity grid grill
    grip grocery groove gross guarantee guardian guest guild guilty gulf gun habit hammer handle handmade harbor
    harbour hardware harmonic harvest hat haven havana hawk hazard head headline healing healthy hearing heavy hedge
    height helicopter helix hello helmet herald herb heritage heroes hidden highlight highway hiking hint hip hippo
    hobby hockey hold holder hole hollow holly holy homeland hood hook hope horizon horn host hoster hosting household
    howl huge hummingbird humor hundred hurricane hybrid hydro icon identity idol igloo illusion imagine immune
    imperial import impossible impress impulse inch include income increase independent indian indigo indoor industrial
    industries infant infinite infinity inform information infrastructure initial ink inner innovate innovation
    innovative input inside inspect inspector inspire instance instant institute instruct insure integral intellect
    intelligence intense inter interactive interest interface internal interview intro invent inventor invite iris
    irish issue italian italy ivory jacket jaguar jam january japan japanese jar jasmine jaw jeans jelly jeweler
    jewelry job jockey joint joke jolly judge jungle juno jupiter jury justice karma kayak keeper kernel kettle
    keyboard kick killer kind kindle kiosk kiss kite kitten kiwi knife knight knock knot knowledge korea korean kraken
    labor laboratory lace ladder lagoon lamb lane lantern lap laptop lark lasting late latin launch laundry laurel lava
    lavender lawn layer lead leadership leading league lease leave lecture left legacy legion leisure length leopard
    lesson letter liberty librarian license lifestyle lightning lily limit limousine linear liner lingua linguist lip
    liquid literary literature liver lizard load lobby lobster location locker locksmith lodging logical logistics
    logistic lollipop lone longer loop lord lotus loud low loyal loyalty luna lunar lunch lung lynx lyric machinery
    macro madam magnetic magnum mail maiden mainstream major male mall malta mammoth manage manor mansion manual
    manufacture maple marble march margin maria marina maritime market marketplace markets marriage mars martial mask
    mass massage massive mate maternity mathematics matter mature mayor maze meadow meaning measure mechanic mechanical
    medal mediator medicare meditation medium meet meeting melody melon member memo memorial memory mental mentor
    menthol mercury merge merit merry mesh message metallic meteor meter mexican mexico micro microphone microscope
    middle midnight mighty migrate mile military milk mill million mineral minimal minister ministry minor minus minute
    mobility moderate module molecule momentum monarch monday money mongol monolith monument moral motel motion motive
    mould movement mover mud multi multimedia muscle museum mushroom musical musician mustang mutual mystery mystic
    myth nail naked narrow native navy neck need needle negative neighbor neon neptune nerve nest neural neutral never
    newcomer nickel ninja nitro noise nomad normal northern nostalgia notebook notice novel november nuclear nut
    nutrition nylon oak oath object oblivion observe observer obvious occasion october octopus odd odyssey offense
    offer officer offline often olympic olympia olympus omega omen onion opal opera operate operation operator opinion
    opportunity opposite optical optimal optimum oracle orbit orchestra ordinary organ organization orient oriental
    orientation origami original orion orphan osprey other otter ounce outcome outfit outlet outlook output outstanding
    oval oven over owl owner ox oyster ozone pace pacific pack package packaging pad pain painter painting pair pajama
    pan pancake panic panther parade parallel parcel parenting parking parliament parrot particle partner partnership
    pass passage passion past pasta paste pastor patch patent patient patrol pattern pause pavilion payday peach peak
    peanut pebble pedal peer pelican pen penalty pencil penguin pension pepper per percent performance perfume perhaps
    period permanent permit person personality perspective petrol phantom pharmacy phase philosophy photograph
    photographer photography photoshop phrase physical physician physics pick pickup picnic piece pig pigeon pilgrim
    pill pillow pin pine pioneer pirate pit pitch planner planning platform platinum playground pleasure plug plus
    pocket podcast poem poet poetry poker pole policy polish politics polo polygon pony poor popular population
    porcelain portable portfolio portrait position positive possible postal poster potato potential pottery pound
    powder powerful practical practice praise prayer precious precise precision predict preference prefix prelude
    premier premise prepare presence preserve president pressure pretty prevent preview pride priest primary primer
    prince princess principal principle printer priority prism prison privacy private pro problem procedure process
    producer productive profession professor profile program programmer progressive prohibit promise promote prompt
    proof proper prophet proposal prospect prosper protect protection protein protest proton prototype proud prove
    provider province psychology publication publish publisher pump pumpkin punch punk pupil puppet puppy purchase
    purple purpose pursuit push puzzle pyramid quantum quark quarter quartz quest question queue quiz quota quote
    rabbit race racer racing rack radar radiant radical rage rail railway raise rally ram random rare rat ratio raven
    raw reach reaction realm realty reason rebel recall receipt receive recipe recruit recycle redwood reef reference
    reflect reform refresh refuge regal regent regional regular reliable relief religion remember remind remote render
    renewable renovation rental repeat replace reply representative republic reputation request rescue research reserve
    residence resident resin resist resolution respect response responsible retreat retro revenge revenue reverse
    revolution reward rhino rhythm ribbon rice rider rifle rift rigid rim ripple rival riverside roast rocket rocky
    role roll roller roman romance romantic roof rookie rotor rough roulette routine rover row royalty rubber rugby
    ruin rumor runway rural rush rust sacred saddle saga sage sailing sailor saint sake salad salary salmon salt salute
    same sandbox sandwich sapphire sash satellite satin saturn sauce sausage savage saver saving savings scanner
    scarlet scatter scenario scenic schedule scheme scholar scientific scientist scissors scooter scope scorpion scout
    scratch scream script scroll sculpture seafood seal seat section sector seed segment selection self sell semantic
    seminar senate sentinel sentry september sequence serenity serpent serve server session settle settlement settler
    severe shade shaman shark sheep sheet shell shelter shepherd sheriff shield shift shirt shock shoot shopper
    shopping shore short shoulder shout shower shuttle sierra sight sigma signature significant silence silicon silly
    similar simplex simulator since singer siren site situation skate skeleton sketch skill skills skull skyline slate
    slave slice slide slogan slope slot slots smooth snack snake snap sniper snowball snowboard soccer socks soda sofa
    soil soldier sole solid solo solve sonic soon sorry sort souvenir sovereign spa spark sparrow spartan spatial
    speaker specialist species specific spectrum speech sphere spice spicy spider spin spiral split spoon sporting
    sportsman spray sprint sprout spy squad squash squirrel stability stable stack stadium staff stair stamp stand
    standart starlight starter startup statement static statistics statue status stay steak stellar stereo stick
    sticker still sting stitch stockholm stomach storage store storm strange stranger strategic strategy straw
    strawberry strength stress stretch strike string strip structure struggle stunt sturdy subject submarine suburb
    subway sudden suffer suite summary summit sunday sunflower sunlight sunny sunrise sunset sunshine superb superior
    supermarket supreme surface surfer surge surgeon surgery surprise survey survival survive survivor sustain swan
    swap swift swing sword symbol symmetry sympathy symphony synergy syndrome synthetic syrup tablet tackle tactic
    tactical tailor talisman tall tango tank tape tariff tattoo tavern teaching teams tear teen telephone telescope
    tell temper temperature tempo tenant tend tender tension tent terminal terrace terrain territory terror testament
    textile texture thank thanks theory thermal thesis thick thousand thread threat throne through thunder ticket tide
    tight tile timber timeline titan titanium toast tobacco together token tomato tomorrow tone tooth torch tornado
    tortoise totem tourist tournament toward towel trace tractor trail trailer transfer transform transit translate
    translation translator transmit transparent trap traveller tray treat treatment treaty triangle tribal tribune
    trigger trinity trio triple tropical trophy trouble trousers truck trucks trumpet trunk tsunami tube tulip tundra
    tune tunnel turn turtle tutor tutorial twelve twenty twilight twist typical typhoon ultimate umbrella uncle under
    underground understand unicorn uniform unity unix update upper urgent useful utility vacation vacuum valiant valid
    valuable vampire vanilla vanity vapor variable variety various vast vault vegan vegas vegetable vehicle vendor
    venice ventilation verdict vertex vessel veteran viaduct vibe vibrant vice victor victoria viking vinyl violet
    violin viper viral virtual virtue virus visible visionary visitor visual vivid volcano volleyball volt voltage
    volunteer vote voyage vulkan waiter wake wallpaper walnut warehouse warranty warrior waste watcher waterfall weapon
    weaver webcam website weekly whale whisper whiskey whole wholesale wicked wide widget wife wildlife will willow
    windmill windows winery winner winning wisdom wish witch within without wizard wonderful wooden wool worth
    worldwide wrap wrestling wrong xenon yard yearly yesterday yield zebra zenith zephyr zeppelin zigzag zodiac zombie
    zone tochka korona magnit artel izbirkom minzdrav zdrav administracia administraciya pravitelstvo uprava duma izba
    gubernia guberniya rayon oblast okrug gorsovet komitet departament ministerstvo inspekciya agentstvo akademia
    akademiya universitet institut liceum licey gimnazia gimnaziya kolledzh tehnikum uchitel biblioteka teatr
    filarmonia vystavka galereya kultura kulturniy iskusstvo muzyka pesnya tanec kinoteatr afisha bilet bilety apteka
    bolnica poliklinika vrach doktor stomatolog zdorove medicina lekarstvo analiz zarplata dolg bankrot bankrotstvo
    advokat notarius sudba buhgalteria finansy ekonomika kapital bereg zaliv okean reka ozero gora skala derevo glina
    stanki oborudovanie instrumenty detali zapchast avtomobil avtozapchasti mashina motocikl velosiped lodka kater
    korabl samolet poezd vokzal aeroport gostinica turist puteshestvie ekskursia karavan restoran stolovaya povar
    recept pirog hleb moloko syr myaso kolbasa sahar konfeta shokolad chaynik vino pivo vodka tabak sigareta kurort
    sanatoriy banya bassein fitnes futbol hokkey boks borba shahmaty loto lotereya stavka stavki vavilon feniks yantar
    almaz izumrud rubin sapfir granat zhemchug serebro platina bronza chugun alyuminiy orbita kosmos raketa sputnik
    venera yupiter neptun kometa zarya rassvet zakat utro vecher polden osen leto yanvar fevral mart aprel may iyun
    iyul avgust sentyabr oktyabr noyabr dekabr ponedelnik subbota voskresenie rodina otechestvo pobeda slava doblest
    vera nadezhda lubov lyubov mudrost istina svoboda druzhba bratstvo edinstvo mechta schaste radost ulybka privet
    spasenie pomoschnik konsultant praktika teoria logika lavina vihr uragan groza molniya veter dozhd sneg moroz ogon
    plamya iskra fakel mayak kompas yakor flagman kapitan shturman voin rycar bogatyr kazak ataman admiral marshal
    polkovnik prezident direktor nachalnik hozyain hozyayka nevesta zhenih semya mama papa malysh rebenok devochka
    malchik koroleva princessa korol carevna zolushka snegurochka barsuk volk medved lisa zayac tigr lev sokol yastreb
    lebed golub vorobey delfin akula kit karp shchuka health telegraf gemini macintosh writing avatar avalon eldorado
    kaskad kristall unicum mosobl kremlin cert polyclinika policlinica gymnasium lyceum municipal administration kreml
    raion rajon obl поликлиника больница аптека гимназия лицей администрация область край республика округ кремль
    могилев phunu giadinh thanhnien tuoitre thieunhi hocsinh sinhvien giaovien nguoilon congnhan nongdan nongsan
    nongnghiep congnghiep congnghe kinhte kinhdoanh taichinh thuongmai thuongmaidientu dautu chungkhoan batdongsan
    nhadat canho chungcu nhapho bietthu phongtro xaydung kientruc ngoaithat vanphong vanphongpham thietbi maymoc
    dienmay dienlanh dientu dienthoai maytinh phukien linhkien maygiat tulanh dieuhoa quatdien denled anhsang khoacua
    cuacuon nhomkinh inox thep xaylap vatlieu gachmen sonnuoc noithatgo dogo gotunhien thoitrang quanao giaydep tuixach
    dongho trangsuc vangbac daquy mypham lamdep toc thammy suckhoe yte benhvien phongkham nhathuoc thuoc duocpham
    duoclieu thucpham anuong nhahang quanan monngon amthuc doan douong caphe traxanh nuocngot rausach haisan thitbo
    banhmi banhkem banhngot trai cay hoatuoi qua dulich lehoi khachsan homestay nghiduong vemaybay tauxe xekhach xemay
    oto xehoi phutung suaxe baoduong vantai taxisaigon thethao bongda caulong bongro boiloi giaitri phim nhac
    truyentranh sachnoi tintuc baochi thoisu phapluat luatsu congchung ketoan thue kiemtoan baohiem nganhang tindung
    giaoduc daotao truonghoc mamnon tieuhoc trunghoc daihoc caodang ngoaingu tienganh tiengnhat tienghan duhoc vieclam
    tuyendung nhansu quangcao truyenthong inan thietke phanmem maychu tenmien mangxahoi quocte quocgia namviet dongnam
    mientay mienbac miennam mientrung caonguyen sonha hanhphuc antoan chatluong hoanghai hoangha hoanganh minhanh
    anphat anphu anbinh phuongdong phuongnam thanhcong thinhvuong phattrien daiphat hungthinh thienlong tiendat namlong
    rangdong binhminh kimlong kimngan ngocanh baongoc thienan thienphu dailoc apollon atlant atlantida avrora agat
    akcent akvarium altair ambar amfora analitika anketa ansambl antey apelsin arbuz argument arka armada arsenal atlet
    aukcion azart azbuka azimut azot babochka balkon balet banan barhat bazar bazis beseda berezka bereza beton biblio
    bioritm birzha blesk blesna bloknot bort braslet brend briz bronya bukva buket bumaga burya butik bystro byk byt
    vanna vaza vektor velo ventil verba veranda verhovie versiya vershina vestnik vetka vetta vimpel vishnya vitrina
    vitraz vizit vodolei vodoley vokrug volna volshebnik vremya vybor vyzov vzglyad galaktika garmonia garmoniya garazh
    gavan gazon geolog gerb gerkules gigant glavny glinka globus glyanec gnezdo gornyy gorizont gorka gospoda grad
    gradus granit gran graffiti grecia grib grifon grom grunt gubernator gusar desyatka detektiv devushka diagnostika
    diana dinamo diplom diva divan dizel dnevnik dobro dobroe dogma dokument dolina domino domovoi domovoy domostroy
    dorogi dostoinstvo dozor drakon drova druzhok dub duet duh dvigatel dvorec dyhanie dzhin edinaya ekipazh ekologia
    ekologiya ekonom eksport ekspress ekzamen elka elita energia energiya energo erudit eskiz estetika etalon etap
    etazh etiketka etnos evrazia evraziya evrasia evropa fabula fantazia fantaziya faraon farfor fartuk fasad favorit
    fermer figura filial filosofia fishka fizika flot fontan format forsazh fortuna fregat fresko fundament furshet
    futbolka ideya idillia igrok ikar illuzia imidzh imperia imperiya impuls individ industria informatika informacia
    inkubator innovacia interes internat irbis istochnik istoria istoriya iva kabel kachestvo kadr kaktus kalendar
    kalina kalinka kamelia kameya kanal kanat kandidat kanon kapel kapelka kapriz karat karera karta kartina karusel
    kasta katalog katod kedr keramika kirpich klass klassika klen klever klubnika klyuch knopka kobra kofeinya kolibri
    kollekcia koleso kolonna kolokol koltso komanda komandir kombinat komissia komod kompozit kompressor koncert
    kontakt kontinent kontur konus kooperativ kopilka kordon korporacia korzina korsar kosa kosmetika kosmonavt kotel
    kotenok kovcheg kover kran kreativ krepost kreslo krona krug kruiz krylo krysha kukla kuler kupol kurs kurier kust
    kuznec kvadrat kvant kvarc kvartal kvartira kvest labirint laboratoria ladoga laguna lampa lampada landysh lazer
    lazurit led legenda lekar lenta lestnica liana liga liliya limon linia liniya linza lira litera liven logos logotip
    lokon lotos lubimaya luch lunniy lyubimaya lzya magistral magnat magnolia maket malina malinka manezh mango mangust
    marka marmelad marshrut martin maslo massazh masterok masterskaya matreshka matrica matras mayatnik mebelny medik
    melodia mercuriy meridian mesto meteorit metropol mikron milena minimum miraj mirazh misteria mobil modul mod
    monolit montazh moneta morskoy motiv mozaika mramor mudrec muravey muskul myach myata naprokat narod nasledie
    nastolnie nasos natura nauka nedelya nedvizhimost nektar niva nota nomer norma novinka nora nirvana oazis obelisk
    oberon obereg oblako obraz ochag odissey ogni ogorod ogurec okolica oktava olimpia olimpiya oliva onix opora optima
    oranzheviy orden orhideya orkestr orlan oskar osnova ostrovok otdih otvet paket palitra palma pamir pamyat panorama
    panter pantera papirus parad paradiz parafin parfum parik parket parol parom parus pasha paskal patriot patron
    pavlin pegas pelikan pena pereplet perila perlina perspektiva pesochnica piter pion pioner piramida pitomnik
    piligrim planeta planka ploshad podarok podium podkova podvorie poisk pokrov polet poliglot poligon polyana polyus
    pomidor potencial potok povorot pravda premium prestizh prichal prima princip priroda privoz prizma prizvanie
    profil prometey prostor prospekt prosto pryanik ptica puls pult punkt pushinka putnik pyatnica radian rakurs ramka
    ranchero rang raspberry raznocvet rector redut reforma registratura registr regul reklamist rele rembo remeslo
    renessans reporter revers rif ritm ritual robinzon rodnik rodnichok romashka rosa rosinka rossiya roza rubezh
    rucheek rukav russkaya ryabina rynok rysak ryad saksofon salamandra salut salyut samorodok samson scena schet sebe
    sekret sektor semechki semena semeyniy senat servant setka severnyy sezon sfera sfinks shag shans shapka sharik
    shater shatun shedevr sherlok shkaf shofer shpagat shtab shtil shtorm shum shut siluet simfonia simvol sintez
    sirena sistema sistemy skalolaz skazka skrepka skripka sladkiy slalom sled slon slovo smena smetana smola snegir
    sneginka sobor sobranie sobytie sodeystvie sodruzhestvo solnce solnyshko solyanka sonata sorok sosed soglasie sova
    sovremennik sozvezdie sparta spektr spektakl splav spusk stadion stanica stapel statika stella stihia stilist
    stimul stolica stolyar storona strazh strela strekoza struna sudno sunduk suvenir svarka svecha svezhiy svetlana
    svetlyachok svetofor tabletka tablica tabor tandem tanya tarelka tayga tayna tekst telefon telega telemaster temp
    teorema teremok termin territoria tihiy titul tkan tochnost tokio tolpa ton topaz topol toplivo topor tort tovar
    traktor tramplin tranzit trassa trava trek trener treugolnik trezor triada tribuna triumf trofey troika tropa
    tropinka tropik tsar tulpan tuman turbina turnir tvorchestvo tvoy tvorec tyulpan uchenik udachny ugolok ukrop ulica
    ulitka umelec umka universam urozhay uspeh usadba usluga uyutniy valday val vanil varenik varvar vasilek
    vdohnovenie ved vensday yabloko yagoda yadro yahta yahont yamayka yarmarka yaschik yarkiy yarus yasen yunga yunost
    yunona yurta zabava zabota zabor zagadka zagorod zakon zamok zapad zapas zarnica zaschita zavtra zelen zelenyy
    zemlyak zenit zerkalo zerno zhasmin zhara zhemchuzhina zhivopis zhuravl zhuk zlata znanie znaki zolotoy zontik
    zoopark zoomir zubr zvonok zvuk registry registrar elliot elliott apollo blanc noir rouge verde rosso azul sol luz
    casa vida mundo bella bello dolce amore libre nuevo primo secondo grande piccolo novus magna veritas fides samokat
    """.split()  # noqa: SIM905 — words read better as words
)
ORDINARY: Final = WORDS | PLACES
